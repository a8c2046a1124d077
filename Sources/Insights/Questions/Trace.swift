import EventStore

/// Every event of one trace, in the order they happened.
enum Trace: Question {
    static let entry = CatalogueEntry(
        "trace",
        .init("Every event of one trace, in order", "同一 trace_id 的全部事件，按时间顺序"),
        subject: .init(name: "trace_id", meaning: .init("The trace", "跟踪标识")),
        parameters: CatalogueEntry.Parameter.optionalPeriod
    )

    /// A trace is one operation of one user; one that is longer is a client's mistake, and is said to be, not cut.
    private static let eventsAtMost = 10_000

    static func answer(_ asked: Asked) async throws(QuestionError) -> JSONValue {
        let sql: SQL = """
            SELECT \(EventRecord.columns) FROM \(Schema.events) \
            WHERE \(try asked.optionalPeriod()) AND ifNull(trace_id = \(asked.subject ?? ""), 0) \
            ORDER BY event_time, arrival, item_index LIMIT \(eventsAtMost + 1)
            """
        let events = try await asked.rows(sql, EventRecord.read)
        guard events.count <= eventsAtMost else {
            throw .store(.overLimit("the trace has more than \(eventsAtMost) events"))
        }
        return .array(events.map(\.json))
    }
}
