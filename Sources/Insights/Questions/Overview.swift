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
        for (isCurrent, measures) in try await asked.rows(measures(scope), ofPeriod(Measures.init)) {
            if isCurrent { current.measures = measures } else { previous.measures = measures }
        }
        for (isCurrent, sessions) in try await asked.rows(sessions(scope), ofPeriod(SessionCounts.init)) {
            if isCurrent { current.sessions = sessions } else { previous.sessions = sessions }
        }
        for (isCurrent, users) in try await asked.rows(
            newUsers(scope),
            ofPeriod { row throws(QuestionError) in try row.integer() }
        ) {
            if isCurrent { current.newUsers = users } else { previous.newUsers = users }
        }
        return .object(
            current.members
                + [.init("previous", period.previous == nil ? Figures().json : previous.json)]
        )
    }

    /// Both periods lie side by side, so one pass answers for both.
    private static func source(_ scope: Scope) -> EventSource {
        let start = scope.period.previous?.lowerBound ?? scope.period.range.lowerBound
        return EventSource(scope, in: start..<scope.period.range.upperBound)
    }

    private static func isCurrent(_ time: SQL, _ scope: Scope) -> SQL {
        "\(time) >= \(scope.period.range.lowerBound)"
    }

    private static func measures(_ scope: Scope) -> SQL {
        source(scope).measures(by: { isCurrent($0, scope) }, as: "current")
    }

    private static func sessions(_ scope: Scope) -> SQL {
        let source = source(scope)
        return """
            \(addingUp: """
                SELECT current, sum(length(session_views)) AS sessions, \
                sum(arrayCount(views -> views = 1, session_views)) AS bounces FROM (\
                SELECT \(isCurrent(source.time, scope)) AS current, \(Sessions.columns(source)) FROM \(source.visits) \
                GROUP BY \(scope.user), current) GROUP BY current
                """, keys: ["current"], sums: ["sessions", "bounces"])
            """
    }

    private static func newUsers(_ scope: Scope) -> SQL {
        NewUsers.count(in: source(scope).range, of: scope, by: isCurrent("first_time", scope))
    }

    /// Reads rows that begin with which period they are of.
    private static func ofPeriod<Element>(
        _ read: @escaping (inout RowReader) throws(QuestionError) -> Element
    ) -> (inout RowReader) throws(QuestionError) -> (isCurrent: Bool, element: Element) {
        { row throws(QuestionError) in (try row.integer() == 1, try read(&row)) }
    }

    private struct Figures {
        var measures = Measures()
        var sessions = SessionCounts()
        var newUsers: Int64 = 0

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
