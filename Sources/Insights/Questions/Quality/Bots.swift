import EventStore

/// Programs that are likely no person's, told by their `User-Agent`.
enum Bots: Question {
    static let entry = CatalogueEntry(
        "bots",
        .init("Crawlers, scripts and automated browsers, suspected by User-Agent", "根据 User-Agent 疑似爬虫、脚本或自动化浏览器的上报"),
        parameters: Deliveries.parameters + [CatalogueEntry.Parameter.limit(100)]
    )

    static func answer(_ asked: Asked) async throws(QuestionError) -> JSONValue {
        let deliveries = try Deliveries(asked)
        let agents = try await asked.rows(
            """
            SELECT app, name, toInt64(sum(reports)) AS seen, toInt64(sum(events)), toUInt32(max(time)) \
            FROM \(Schema.tallies) WHERE kind = \(TallyBatch.Kind.agent.rawValue) AND \(deliveries.tallies) \
            GROUP BY app, name ORDER BY seen DESC, app, name LIMIT \(asked.arguments.integer("limit"))
            """
        ) { row throws(QuestionError) -> JSONValue in
            [
                "app": .string(try row.string()),
                "name": .string(try row.string()),
                "reports": .int(try row.integer()),
                "events": .int(try row.integer()),
                "last_seen": .int(try row.integer()),
            ]
        }
        return .array(agents)
    }
}
