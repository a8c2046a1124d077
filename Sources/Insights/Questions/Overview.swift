import EventStore

/// The figures of a period, and of the period before.
enum Overview: Question {
    static let entry = CatalogueEntry(
        "overview",
        .init("The figures of a period, and of the period before", "某一时段的总体指标，以及前一时段的对比"),
        parameters: CatalogueEntry.Parameter.scope
    )

    static func answer(_ asked: Asked) async throws(QuestionError) -> JSONValue {
        let scope = try asked.scope()
        let period = scope.period
        var current = Figures()
        var previous = Figures()
        for (isCurrent, figures) in try await asked.rows(figures(scope), Figures.row) {
            if isCurrent { current = figures } else { previous = figures }
        }
        for (isCurrent, users) in try await asked.rows(newUsers(scope), newUsersRow) {
            if isCurrent { current.newUsers = users } else { previous.newUsers = users }
        }
        return .object(
            current.members
                + [.init("previous", period.previous == nil ? Figures().json : previous.json)]
        )
    }

    /// Both periods lie side by side, so one pass answers for both. Grouping by user makes `uv` exact for nothing.
    private static func figures(_ scope: Scope) -> SQL {
        let period = scope.period
        let both = (period.previous?.lowerBound ?? period.range.lowerBound)..<period.range.upperBound
        return """
            SELECT current, sum(events), sum(views), countIf(views > 0), sum(seconds), sum(timed), \
            sum(length(session_views)), sum(arrayCount(views -> views = 1, session_views)) \
            FROM (SELECT uid, event_time >= \(period.range.lowerBound) AS current, count() AS events, \
            countIf(\(scope.isPageView)) AS views, \(scope.durations), \(Sessions.columns(scope)) \
            FROM events WHERE \(Scope.within(both)) AND \(scope.filters.condition) GROUP BY uid, current) \
            GROUP BY current
            """
    }

    private static func newUsers(_ scope: Scope) -> SQL {
        let period = scope.period
        let both = (period.previous?.lowerBound ?? period.range.lowerBound)..<period.range.upperBound
        return NewUsers.count(
            in: both,
            filters: scope.filters,
            by: "first_time >= \(period.range.lowerBound)"
        )
    }

    private static func newUsersRow(_ row: inout RowReader) throws(QuestionError) -> (isCurrent: Bool, users: Int64) {
        (try row.integer() == 1, try row.integer())
    }

    private struct Figures {
        var measures = Measures()
        var sessions = SessionCounts()
        var newUsers: Int64 = 0

        static func row(_ row: inout RowReader) throws(QuestionError) -> (isCurrent: Bool, figures: Figures) {
            let isCurrent = try row.integer() == 1
            var figures = Figures()
            figures.measures = try Measures(&row)
            figures.sessions = try SessionCounts(&row)
            return (isCurrent, figures)
        }

        var members: [JSONValue.Member] {
            [
                .init("pv", .int(measures.pv)),
                .init("uv", .int(measures.uv)),
                .init("events", .int(measures.events)),
                .init("sessions", .int(sessions.sessions)),
                .init("avg_duration", JSONValue(measures.averageDuration)),
                .init("bounce_rate", JSONValue(sessions.bounceRate)),
                .init("new_users", .int(newUsers)),
            ]
        }

        var json: JSONValue { .object(members) }
    }
}
