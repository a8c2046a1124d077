import EventStore

/// Figures over time, one point an interval, none missing.
enum Trend: Question {
    static let entry = CatalogueEntry(
        "trend",
        .init("Figures over time", "指标随时间的变化"),
        parameters: [
            .init(
                "metric",
                .choices(Metric.allCases.map(\.rawValue)),
                standard: "pv,uv",
                .init("Which figures", "要查询的指标")
            ),
            .init(
                "interval",
                .choice(Interval.allCases.map(\.rawValue)),
                standard: Interval.day.rawValue,
                .init(
                    "Width of a point, by the zone's own clock; weeks begin on Monday",
                    "时间粒度，按所选时区的时钟；周一为一周的开始"
                )
            ),
        ] + CatalogueEntry.Parameter.scope
    )

    enum Metric: String, CaseIterable {
        case pv, uv, events, sessions
        case averageDuration = "avg_duration"
        case bounceRate = "bounce_rate"
        case newUsers = "new_users"

        /// Which statement counts it.
        var source: Source {
            switch self {
            case .pv, .uv, .events, .averageDuration: .events
            case .sessions, .bounceRate: .sessions
            case .newUsers: .firstEvents
            }
        }

        enum Source { case events, sessions, firstEvents }
    }

    static func answer(_ asked: Asked) async throws(QuestionError) -> JSONValue {
        let scope = try asked.scope()
        let metrics = asked.arguments.list("metric").compactMap(Metric.init(rawValue:))
        guard let interval = asked.arguments["interval"].flatMap(Interval.init(rawValue:)) else {
            preconditionFailure("the catalogue lets only intervals through")
        }
        let points = try interval.points(of: scope.period)
        var counts = Counts()
        // Only what is asked for is counted, each source in one pass.
        for source in Set(metrics.map(\.source)) {
            switch source {
            case .events:
                counts.measures = try await byPoint(asked, measures(scope, interval), Measures.init)
            case .sessions:
                counts.sessions = try await byPoint(asked, sessions(scope, interval), SessionCounts.init)
            case .firstEvents:
                counts.newUsers = try await byPoint(asked, newUsers(scope, interval)) { row throws(QuestionError) in
                    try row.integer()
                }
            }
        }
        return .array(
            points.map { point in
                .object(
                    [.init("time", .string(point.time))]
                        + metrics.map { .init($0.rawValue, counts.value(of: $0, at: point.key)) }
                )
            }
        )
    }

    private static func byPoint<Element>(
        _ asked: Asked,
        _ sql: SQL,
        _ read: (inout RowReader) throws(QuestionError) -> Element
    ) async throws(QuestionError) -> [Int64: Element] {
        let rows = try await asked.rows(sql) { row throws(QuestionError) in (try row.integer(), try read(&row)) }
        return Dictionary(rows, uniquingKeysWith: { first, _ in first })
    }

    /// What was counted, by point; a point without events is missing here, and 0 in the answer.
    private struct Counts {
        var measures: [Int64: Measures] = [:]
        var sessions: [Int64: SessionCounts] = [:]
        var newUsers: [Int64: Int64] = [:]

        func value(of metric: Metric, at key: Int64) -> JSONValue {
            switch metric {
            case .pv: .int(measures[key]?.pv ?? 0)
            case .uv: .int(measures[key]?.uv ?? 0)
            case .events: .int(measures[key]?.events ?? 0)
            case .averageDuration: JSONValue(measures[key]?.averageDuration)
            case .sessions: .int(sessions[key]?.sessions ?? 0)
            case .bounceRate: JSONValue(sessions[key]?.bounceRate)
            case .newUsers: .int(newUsers[key] ?? 0)
            }
        }
    }

    private static func measures(_ scope: Scope, _ interval: Interval) -> SQL {
        EventSource(scope, by: interval).measures(by: { interval.key(of: $0, in: scope.period) }, as: "point")
    }

    /// A session belongs to the point it begins in, so that the points add up to the period's sessions.
    private static func sessions(_ scope: Scope, _ interval: Interval) -> SQL {
        let source = EventSource(scope)
        return """
            \(addingUp: """
            SELECT \(interval.key(of: "started", in: scope.period)) AS point, count() AS sessions, \
            countIf(views = 1) AS bounces \
            FROM (SELECT \(Sessions.columns(source)) FROM \(source.visits) GROUP BY \(scope.user)) \
            ARRAY JOIN session_starts AS started, session_views AS views GROUP BY point
            """, keys: ["point"], sums: ["sessions", "bounces"])
            """
    }

    private static func newUsers(_ scope: Scope, _ interval: Interval) -> SQL {
        NewUsers.count(
            in: scope.period.range,
            of: scope,
            by: interval.key(of: "first_time", in: scope.period)
        )
    }
}
