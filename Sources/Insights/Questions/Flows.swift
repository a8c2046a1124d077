import EventStore

/// Which page leads to which: page views that carry both the page and the one before.
enum Flows: Question {
    static let entry = CatalogueEntry(
        "flows",
        .init("Which page leads to which", "页面之间的跳转"),
        parameters: [.limit(50)] + CatalogueEntry.Parameter.scope
    )

    static func answer(_ asked: Asked) async throws(QuestionError) -> JSONValue {
        let scope = try asked.scope()
        let sql: SQL = """
            \(addingUp: """
                SELECT prev_id, page_id, count() AS views, uniqExact(\(scope.user)) AS visitors FROM \(Schema.events) \
                WHERE \(scope.condition) AND \(scope.isPageView) AND isNotNull(prev_id) AND isNotNull(page_id) \
                GROUP BY prev_id, page_id
                """, keys: ["prev_id", "page_id"], sums: ["views", "visitors"]) \
            ORDER BY views DESC, prev_id, page_id LIMIT \(asked.arguments.integer("limit"))
            """
        let names = asked.names
        return .array(
            try await asked.rows(sql) { row throws(QuestionError) in
                let before = try row.optionalInteger()
                let page = try row.optionalInteger()
                return [
                    "prev_id": JSONValue(before),
                    "prev_name": .string(names.name(of: before, as: .pageID)),
                    "page_id": JSONValue(page),
                    "name": .string(names.name(of: page, as: .pageID)),
                    "count": .int(try row.integer()),
                    "users": .int(try row.integer()),
                ]
            }
        )
    }
}
