/// The quarantine: reports that were refused, and which of them were taken when they were tried again.
extension Schema {
    /// The table of refused reports. A report may stand in it twice, after a power cut: questions take one row for
    /// each `arrival`.
    package static let quarantine = SQL(table: "quarantine")

    /// The `arrival` of each refused report that was replayed; twice does no harm.
    package static let replays = SQL(table: "replays")

    /// In the order of ``RefusedBatch/rows``.
    package static let quarantineColumns = firstQuarantineColumns + quarantineDeliveryColumns

    private static let firstQuarantineColumns: [Column] = [
        Column(name: "arrival", type: "UInt64", codec: "Delta(8), ZSTD(1)"),
        Column(name: "app", type: "String", codec: "ZSTD(1)"),
        Column(name: "code", type: "String", codec: "ZSTD(1)"),
        Column(name: "detail", type: "String", codec: "ZSTD(1)"),
        Column(name: "idempotency_key", type: "String", codec: "ZSTD(1)"),
        Column(name: "body", type: "String", codec: "ZSTD(1)"),
        Column(name: "body_bytes", type: "UInt32", codec: "ZSTD(1)"),
        Column(name: "plan_version", type: "UInt32", codec: "ZSTD(1)"),
        Column(name: "journal_segment", type: "UInt64", codec: "ZSTD(1)"),
        Column(name: "journal_offset", type: "UInt64", codec: "ZSTD(1)"),
    ]

    /// Step 3.
    @Sendable static func createQuarantine(_ features: EngineFeatures) -> [SQL] {
        let replayColumns = [
            Column(name: "arrival", type: "UInt64", codec: "Delta(8), ZSTD(1)"),
            Column(name: "replayed", type: "DateTime('UTC')", codec: "Delta(4), ZSTD(1)"),
        ]
        return [(quarantine, firstQuarantineColumns), (replays, replayColumns)].flatMap { table, columns -> [SQL] in
            [
                """
                CREATE TABLE IF NOT EXISTS \(features.stored(table)) (\(definitions(columns, features))) \
                ENGINE = \(features.engine("MergeTree", of: table)) ORDER BY arrival\(features.insertSettings)
                """
            ] + features.spread(table)
        }
    }
}
