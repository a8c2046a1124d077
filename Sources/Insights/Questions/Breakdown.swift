import EventStore

/// One field's values side by side.
enum Breakdown: Question {
    static let entry = CatalogueEntry(
        "breakdown",
        .init("The values of one field side by side", "按某个字段的取值拆分"),
        parameters: [
            .init("by", .choice(fields.map(\.rawValue)), isRequired: true, .init("Which field", "拆分的字段")),
            .limit(50),
            .order(["pv", "uv", "avg_duration", "value"]),
        ] + CatalogueEntry.Parameter.scope
    )

    private static let fields: [Filters.Column] = [.channel, .deviceType, .businessType, .operateID]

    static func answer(_ asked: Asked) async throws(QuestionError) -> JSONValue {
        guard let field = asked.arguments["by"].flatMap(Filters.Column.init(rawValue:)) else {
            preconditionFailure("the catalogue lets only its fields through")
        }
        let sql = statement(
            try asked.scope(),
            by: field,
            order: order(asked.arguments["order"]),
            limit: asked.arguments.integer("limit")
        )
        let names = asked.names
        return .array(
            try await asked.rows(sql) { row throws(QuestionError) in
                let value = try row.optionalInteger()
                let measures = try Measures(&row)
                return [
                    "value": JSONValue(value),
                    "name": .string(names.name(of: value, as: field)),
                    "pv": .int(measures.pv),
                    "uv": .int(measures.uv),
                    "avg_duration": JSONValue(measures.averageDuration),
                    "events": .int(measures.events),
                ]
            }
        )
    }

    private static func order(_ name: String?) -> SQL {
        switch name {
        case "uv": "visitors DESC, isNull(value), value"
        case "avg_duration": "if(timed = 0, -1, seconds / timed) DESC, isNull(value), value"
        case "value": "isNull(value), value"
        default: "views DESC, isNull(value), value"
        }
    }

    /// A row for every value that an event of the period carries, page view or not, and one for absent.
    private static func statement(_ scope: Scope, by field: Filters.Column, order: SQL, limit: Int) -> SQL {
        """
        \(EventSource(scope).measures(by: { _ in field.sql }, as: "value")) ORDER BY \(order) LIMIT \(limit)
        """
    }
}
