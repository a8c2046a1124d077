import EventStore

/// What became of the reports, by app and day of arrival; and where clients number them, how many they sent and how
/// many never came.
enum Completeness: Question {
    static let entry = CatalogueEntry(
        "completeness",
        .init(
            "By app and day: reports sent, received, stored, repeated, refused, and missing",
            "按应用与日期统计：发送、接收、入库、重复、拒绝与缺失的上报数"
        ),
        parameters: Deliveries.parameters
    )

    private struct Key: Hashable {
        var day: Int64
        var app: String
    }

    private struct Counts {
        var stored: Int64 = 0
        var repeated: Int64 = 0
        var refused: Int64 = 0
        var replayed: Int64 = 0
        var events: Int64 = 0
        /// nil where no client numbers its reports.
        var numbered: (received: Int64, missing: Int64)?
    }

    static func answer(_ asked: Asked) async throws(QuestionError) -> JSONValue {
        let deliveries = try Deliveries(asked)
        var counts: [Key: Counts] = [:]
        let tallies = try await asked.rows(
            """
            SELECT \(deliveries.day(of: "toInt64(toUInt32(time))")) AS day, app, kind, \
            toInt64(sum(reports)), toInt64(sum(events)) FROM \(Schema.tallies) \
            WHERE kind IN ('stored', 'repeated', 'refused', 'replayed') AND \(deliveries.tallies) \
            GROUP BY day, app, kind
            """
        ) { row throws(QuestionError) in
            (
                key: Key(day: try row.integer(), app: try row.string()), kind: try row.string(),
                reports: try row.integer(), events: try row.integer()
            )
        }
        for (key, kind, reports, events) in tallies {
            switch TallyBatch.Kind(rawValue: kind) {
            case .stored:
                counts[key, default: Counts()].stored = reports
                counts[key, default: Counts()].events += events
            case .repeated: counts[key, default: Counts()].repeated = reports
            case .refused: counts[key, default: Counts()].refused = reports
            case .replayed:
                counts[key, default: Counts()].replayed = reports
                counts[key, default: Counts()].events += events
            case .unknownField, .agent, nil: break
            }
        }
        let numbered = try await asked.rows(
            """
            SELECT \(deliveries.day(of: "seconds")) AS day, app, count(), toInt64(sum(gap)) \
            FROM (\(deliveries.numbers)) GROUP BY day, app
            """
        ) { row throws(QuestionError) in
            (
                key: Key(day: try row.integer(), app: try row.string()), received: try row.integer(),
                missing: try row.integer()
            )
        }
        for (key, received, missing) in numbered { counts[key, default: Counts()].numbered = (received, missing) }
        return .array(
            counts.sorted { ($0.key.day, $0.key.app) < ($1.key.day, $1.key.app) }.map { key, counts in
                [
                    "day": .string(CivilDate(dayNumber: Int(key.day)).text),
                    "app": .string(key.app),
                    "sent": JSONValue(counts.numbered.map { $0.received + $0.missing }),
                    "received": .int(counts.stored + counts.repeated + counts.refused),
                    "stored": .int(counts.stored),
                    "repeated": .int(counts.repeated),
                    "refused": .int(counts.refused),
                    "replayed": .int(counts.replayed),
                    "missing": JSONValue(counts.numbered?.missing),
                    "events": .int(counts.events),
                ]
            }
        )
    }
}
