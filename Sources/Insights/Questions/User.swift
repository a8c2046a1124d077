import EventStore

/// One user's events, newest first, a page at a time.
enum User: Question {
    static let entry = CatalogueEntry(
        "users",
        .init("One user's events, newest first, a page at a time", "某个用户的事件，从新到旧，分页返回"),
        subject: .init(name: "uid", meaning: .init("The user", "用户 ID")),
        parameters: [
            .limit(100),
            .init(
                "before",
                .cursor,
                .init("The next of an earlier answer: goes on where it ended", "上一页返回的 next 值，从其后继续")
            ),
        ] + CatalogueEntry.Parameter.optionalPeriod
    )

    static func answer(_ asked: Asked) async throws(QuestionError) -> JSONValue {
        let limit = asked.arguments.integer("limit")
        let uid = asked.subject ?? ""
        let before: SQL
        if let cursor = asked.arguments["before"] {
            before = try EventCursor(cursor, at: "before").before
        } else {
            before = "1"
        }
        // One more than asked for: whether there is a next page is then known, not guessed. The day leads the order
        // because it leads the store's: the engine then reads from the end and stops, at 100 million events in a sixth
        // of the time.
        let sql: SQL = """
            SELECT \(EventRecord.columns) FROM \(Schema.events) WHERE \(try asked.optionalPeriod()) AND uid = \(uid) AND \(before) \
            ORDER BY toDate(event_time) DESC, event_time DESC, arrival DESC, item_index DESC LIMIT \(limit + 1)
            """
        let events = try await asked.rows(sql, EventRecord.read)
        let page = events.prefix(limit)
        return [
            "uid": .string(uid),
            "events": .array(page.map(\.json)),
            "next": events.count > limit ? JSONValue(page.last?.cursor.text) : .null,
        ]
    }
}
