/// What is known of how reports came: counts by app and time, the numbers that clients give their reports, and two
/// columns of the events.
extension Schema {
    /// Counts of what came; see ``TallyBatch``. Rows of the same key are added up: a question sums them.
    package static let tallies = SQL(table: "tallies")

    /// Numbered reports; see ``SequenceBatch``.
    package static let sequences = SQL(table: "sequences")

    /// In the order of ``TallyBatch/rows``.
    package static let tallyColumns: [Column] = [
        Column(name: "kind", type: "String", codec: "ZSTD(1)"),
        Column(name: "app", type: "String", codec: "ZSTD(1)"),
        Column(name: "time", type: "DateTime('UTC')", codec: "Delta(4), ZSTD(1)"),
        Column(name: "name", type: "String", codec: "ZSTD(1)"),
        Column(name: "reports", type: "UInt64", codec: "T64, ZSTD(1)"),
        Column(name: "events", type: "UInt64", codec: "T64, ZSTD(1)"),
    ]

    /// In the order of ``SequenceBatch/rows``.
    package static let sequenceColumns: [Column] = [
        Column(name: "app", type: "String", codec: "ZSTD(1)"),
        Column(name: "install", type: "String", codec: "ZSTD(1)"),
        Column(name: "number", type: "UInt64", codec: "Delta(8), ZSTD(1)"),
        Column(name: "arrival", type: "UInt64", codec: "Delta(8), ZSTD(1)"),
        Column(name: "outcome", type: "UInt8", codec: "ZSTD(1)"),
        Column(name: "uid", type: "String", codec: "ZSTD(1)"),
        Column(name: "sent_at", type: "UInt64", codec: "Delta(8), ZSTD(1)"),
    ]

    /// Columns of the events since step 4.
    static let eventDeliveryColumns: [Column] = [
        Column(name: "client_address", type: "String", codec: "ZSTD(1)"),
        Column(name: "late", type: "UInt8", codec: "ZSTD(1)"),
    ]

    /// Columns of the quarantine since step 4.
    static let quarantineDeliveryColumns: [Column] = [
        Column(name: "client_address", type: "String", codec: "ZSTD(1)")
    ]

    /// Step 4.
    @Sendable static func addDelivery(_ features: EngineFeatures) -> [SQL] {
        let added = [(events, eventDeliveryColumns), (quarantine, quarantineDeliveryColumns)]
        let condition: SQL = features.conditionalColumns ? "IF NOT EXISTS " : ""
        let columns = added.flatMap { table, columns in
            columns.flatMap { column in
                features.everywhere(table).map { table -> SQL in
                    "ALTER TABLE \(table) ADD COLUMN \(condition)\(definitions([column], features))"
                }
            }
        }
        let tables: [SQL] = [
            """
            CREATE TABLE IF NOT EXISTS \(features.stored(tallies)) (\(definitions(tallyColumns, features))\
            \(features.tallyOrigin)) ENGINE = \(features.engine("SummingMergeTree", "(reports, events)", of: tallies)) \
            ORDER BY (kind, app, time, name)\(features.insertSettings)
            """,
            """
            CREATE TABLE IF NOT EXISTS \(features.stored(sequences)) (\(definitions(sequenceColumns, features))) \
            ENGINE = \(features.engine("MergeTree", of: sequences)) ORDER BY (app, install, number, arrival)\
            \(features.insertSettings)
            """,
        ]
        let spreadAgain = added.flatMap { features.spreadAgain($0.0) }
        return columns + spreadAgain + tables + [tallies, sequences].flatMap(features.spread)
    }
}
