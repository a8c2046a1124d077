import EventStore

/// Ranges of report numbers that never came, the newest first.
enum Missing: Question {
    static let entry = CatalogueEntry(
        "missing",
        .init("Ranges of report numbers that a client sent and that never came", "客户端已编号但从未收到的上报区间"),
        parameters: Deliveries.parameters + [CatalogueEntry.Parameter.limit(100)]
    )

    static func answer(_ asked: Asked) async throws(QuestionError) -> JSONValue {
        let deliveries = try Deliveries(asked)
        let ranges = try await asked.rows(
            """
            SELECT \(deliveries.day(of: "seconds")) AS day, app, install, number - gap, number - 1, gap \
            FROM (\(deliveries.numbers)) WHERE gap > 0 \
            ORDER BY seconds DESC, app, install, number LIMIT \(asked.arguments.integer("limit"))
            """
        ) { row throws(QuestionError) -> JSONValue in
            [
                "day": .string(CivilDate(dayNumber: Int(try row.integer())).text),
                "app": .string(try row.string()),
                "install": .string(try row.string()),
                "first": .int(try row.integer()),
                "last": .int(try row.integer()),
                "count": .int(try row.integer()),
            ]
        }
        return .array(ranges)
    }
}
