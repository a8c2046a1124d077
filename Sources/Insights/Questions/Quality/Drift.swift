import EventStore

/// Fields that reports carried and the contract does not know: they were dropped.
enum Drift: Question {
    static let entry = CatalogueEntry(
        "drift",
        .init("Fields that nobody knows: seen in reports, and dropped", "未知字段：上报中出现、已被丢弃"),
        parameters: Deliveries.parameters + [CatalogueEntry.Parameter.limit(100)]
    )

    static func answer(_ asked: Asked) async throws(QuestionError) -> JSONValue {
        let deliveries = try Deliveries(asked)
        let fields = try await asked.rows(
            """
            SELECT app, name, toInt64(sum(reports)) AS seen, toUInt32(min(time)), toUInt32(max(time)) \
            FROM \(Schema.tallies) WHERE kind = \(TallyBatch.Kind.unknownField.rawValue) AND \(deliveries.tallies) \
            GROUP BY app, name ORDER BY seen DESC, app, name LIMIT \(asked.arguments.integer("limit"))
            """
        ) { row throws(QuestionError) -> JSONValue in
            let app = try row.string()
            let path = try row.string()
            let (place, field) = placed(path)
            return [
                "app": .string(app),
                "place": .string(place),
                "field": .string(field),
                "reports": .int(try row.integer()),
                "first_seen": .int(try row.integer()),
                "last_seen": .int(try row.integer()),
            ]
        }
        return .array(fields)
    }

    private static func placed(_ path: String) -> (place: String, field: String) {
        for (prefix, place) in [("head.", "head"), ("items.", "item")] where path.hasPrefix(prefix) {
            return (place, String(path.dropFirst(prefix.count)))
        }
        return ("report", path)
    }
}
