import EventStore

/// Users by id, with when each was last seen in the period.
enum UserList {
    /// - Parameter uids: a statement of one column, `uid`, bounded.
    static func answer(_ asked: Asked, _ scope: Scope, _ uids: SQL) async throws(QuestionError) -> JSONValue {
        let users = try await asked.rows(uids) { row throws(QuestionError) in try row.string() }
        guard !users.isEmpty else { return .array([]) }
        let seen = try await asked.rows(
            """
            SELECT uid, toUInt32(max(event_time)) FROM \(Schema.events) WHERE \(scope.condition) AND uid IN \(users) GROUP BY uid
            """
        ) { row throws(QuestionError) in (uid: try row.string(), last: try row.integer()) }
        let last = Dictionary(seen.map { ($0.uid, $0.last) }) { one, _ in one }
        return .array(users.map { ["uid": .string($0), "last_seen": JSONValue(last[$0])] })
    }
}
