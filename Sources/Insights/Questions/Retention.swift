import EventStore

/// Who comes back: users by their first active day or week in the period, and how many of them were active again k
/// days or weeks later.
enum Retention: Question {
    static let entry = CatalogueEntry(
        "retention",
        .init("Who comes back, by first day or week", "留存：按首次活跃的日或周分组，统计之后仍活跃的人数"),
        parameters: [
            interval,
            .init("periods", .integer(1...90), standard: "7", .init("How many days or weeks later", "观察之后多少日或周")),
        ] + CatalogueEntry.Parameter.scope
    )

    static let interval = CatalogueEntry.Parameter(
        "interval",
        .choice(["day", "week"]),
        standard: "day",
        .init("Days or weeks", "按日或按周")
    )

    /// Cohorts of one answer; each has at most 91 numbers.
    private static let cohortsAtMost = 400

    static func answer(_ asked: Asked) async throws(QuestionError) -> JSONValue {
        let scope = try asked.scope()
        let periods = asked.arguments.integer("periods")
        guard let interval = asked.arguments["interval"].flatMap(Interval.init(rawValue:)) else {
            preconditionFailure("the catalogue lets only intervals through")
        }
        let points = try interval.points(of: scope.period)
        guard points.count <= cohortsAtMost else {
            throw .badParameter(
                detail:
                    "interval: expected at most \(cohortsAtMost) cohorts, found \(points.count) of a \(interval.rawValue)"
            )
        }
        var users: [Int64: [Int64: Int64]] = [:]
        for (cohort, later, count) in try await asked.rows(statement(scope, interval, periods), row) {
            users[cohort, default: [:]][later] = count
        }
        return .array(
            points.enumerated().map { place, point in
                let returned = (0...periods).map { later -> JSONValue in
                    // What lies after the period's end is not known, which is not zero.
                    place + later < points.count ? .int(users[point.key]?[Int64(later)] ?? 0) : .null
                }
                return [
                    "cohort": .string(point.time),
                    "size": .int(users[point.key]?[0] ?? 0),
                    "returned": .array(returned),
                ]
            }
        )
    }

    private static func row(
        _ row: inout RowReader
    ) throws(QuestionError) -> (cohort: Int64, later: Int64, users: Int64) {
        (try row.integer(), try row.integer(), try row.integer())
    }

    private static func statement(_ scope: Scope, _ interval: Interval, _ periods: Int) -> SQL {
        """
        \(addingUp: """
            SELECT cohort, point - cohort AS later, count() AS users FROM (\
            \(activity(EventSource(scope, by: interval), interval, by: scope.user))) ARRAY JOIN points AS point \
            WHERE point - cohort <= \(periods) GROUP BY cohort, later
            """, keys: ["cohort", "later"], sums: ["users"]) ORDER BY cohort, later
        """
    }

    /// A row a user: the points he was active in, and the first of them.
    static func activity(_ source: EventSource, _ interval: Interval, by user: SQL) -> SQL {
        let key = interval.key(of: source.time, in: source.scope.period)
        return """
            SELECT \(user) AS person, groupUniqArray(\(key)) AS points, arrayReduce('min', points) AS cohort \
            FROM \(source.visits) GROUP BY person
            """
    }
}
