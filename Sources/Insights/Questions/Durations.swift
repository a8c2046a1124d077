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
            distributions(scope, by: nil),
            Distribution.init
        )
        var members = (whole.first ?? Distribution()).members
        if let field = asked.arguments["by"].flatMap(Filters.Column.init(rawValue:)) {
            let names = asked.names
            let sql: SQL = """
                \(distributions(scope, by: field)) ORDER BY timed DESC, isNull(value), value LIMIT \(asked.arguments.integer("limit"))
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

    /// Counted by duration first: different ones are few, where events are many.
    ///
    /// Exact quantiles, each the duration at that share of all in their order: the engine's estimates differ from run to
    /// run.
    private static func distributions(_ scope: Scope, by field: Filters.Column?) -> SQL {
        let value: SQL = field == nil ? "" : "value, "
        let named: SQL = if let field { "\(field.sql) AS value, " } else { "" }
        let byDuration: SQL = """
            SELECT \(named)assumeNotNull(duration) AS stay, count() AS times \
            FROM \(Schema.events) WHERE \(scope.condition) AND \(scope.isPageView) AND isNotNull(duration) \
            GROUP BY \(value)stay
            """
        let groups: SQL = field == nil ? "" : " GROUP BY value"
        let keys: [SQL] = field == nil ? ["stay"] : ["value", "stay"]
        let counted: SQL = "\(addingUp: byDuration, keys: keys, sums: ["times"])"
        let counts = bars.indices.map { index -> SQL in
            index + 1 < bars.count
                ? "sumIf(times, stay >= \(bars[index]) AND stay < \(bars[index + 1]))"
                : "sumIf(times, stay >= \(bars[index]))"
        }
        let shares: [SQL] = ["0.5", "0.9", "0.99"]
        let quantiles = shares.map { share -> SQL in
            "stays[arrayFirstIndex(seen -> seen > toUInt64(\(share) * timed), arrayCumSum(pair -> pair.2, stays))].1"
        }
        return """
            SELECT \(value)timed, [\(.joined(quantiles, separator: ", "))] AS quantiles, counts FROM (\
            SELECT \(value)sum(times) AS timed, [\(.joined(counts, separator: ", "))] AS counts, \
            arraySort(groupArray((stay, times))) AS stays FROM (\(counted))\(groups)) \
            WHERE timed > 0
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
