import EventStore

/// How long people stay: the durations that page views carry, as quantiles and a histogram.
enum Durations: Question {
    static let entry = CatalogueEntry(
        "durations",
        .init("How long people stay: quantiles and a histogram", "停留时长的分位数与分布"),
        parameters: [
            .init(
                "by",
                .choice(Filters.Column.allCases.map(\.rawValue)),
                .init("Also for each value of this field", "同时按该字段的取值分别统计")
            ),
            .limit(20),
        ] + CatalogueEntry.Parameter.scope
    )

    /// The seconds a histogram's bars begin at; the last has no end.
    static let bars: [Int64] = [0, 1, 3, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600]

    static func answer(_ asked: Asked) async throws(QuestionError) -> JSONValue {
        let scope = try asked.scope()
        let whole = try await asked.rows(
            // Of no events the engines make different quantiles: no row instead.
            "SELECT \(measures) FROM events WHERE \(timedViews(scope)) HAVING timed > 0",
            Distribution.init
        )
        var members = (whole.first ?? Distribution()).members
        if let field = asked.arguments["by"].flatMap(Filters.Column.init(rawValue:)) {
            let names = asked.names
            let sql: SQL = """
                SELECT \(field.sql) AS value, \(measures) FROM events WHERE \(timedViews(scope)) GROUP BY value \
                ORDER BY timed DESC, isNull(value), value LIMIT \(asked.arguments.integer("limit"))
                """
            let groups = try await asked.rows(sql) { row throws(QuestionError) -> JSONValue in
                let value = try row.optionalInteger()
                let distribution = try Distribution(&row)
                return .object(
                    [
                        .init("value", JSONValue(value)),
                        .init("name", .string(names.name(of: value, as: field))),
                    ] + distribution.members
                )
            }
            members.append(.init("groups", .array(groups)))
        }
        return .object(members)
    }

    private static func timedViews(_ scope: Scope) -> SQL {
        "\(scope.condition) AND \(scope.isPageView) AND isNotNull(duration)"
    }

    /// Exact quantiles: the engine's estimates differ from run to run.
    private static var measures: SQL {
        let counts = bars.indices.map { index -> SQL in
            index + 1 < bars.count
                ? "countIf(duration >= \(bars[index]) AND duration < \(bars[index + 1]))"
                : "countIf(duration >= \(bars[index]))"
        }
        return """
            count() AS timed, quantilesExact(0.5, 0.9, 0.99)(assumeNotNull(duration)) AS quantiles, \
            [\(.joined(counts, separator: ", "))] AS counts
            """
    }

    private struct Distribution {
        var count: Int64 = 0
        var quantiles: [UInt64] = []
        var counts = [Int64](repeating: 0, count: bars.count)

        init() {}

        init(_ row: inout RowReader) throws(QuestionError) {
            count = try row.integer()
            quantiles = try row.unsigneds()
            counts = try row.integers()
        }

        var members: [JSONValue.Member] {
            let histogram = zip(bars.indices, counts).map { index, count -> JSONValue in
                [
                    "from": .int(bars[index]),
                    "to": index + 1 < bars.count ? .int(bars[index + 1]) : .null,
                    "count": .int(count),
                ]
            }
            return [
                .init("count", .int(count)),
                .init("p50", quantile(0)),
                .init("p90", quantile(1)),
                .init("p99", quantile(2)),
                .init("histogram", .array(histogram)),
            ]
        }

        private func quantile(_ index: Int) -> JSONValue {
            count > 0 && index < quantiles.count ? .uint(quantiles[index]) : .null
        }
    }
}
