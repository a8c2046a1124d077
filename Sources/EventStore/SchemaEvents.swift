/// The events table: its columns, how they are kept, and how they are ordered.
extension Schema {
    package struct Column: Sendable {
        package let name: StaticString
        package let type: StaticString
        /// How the column is compressed where the engine lets us choose.
        package let codec: StaticString
    }

    /// In the order of ``EventBatch/rows``.
    package static let eventColumns = firstEventColumns + eventDeliveryColumns

    /// Absent values are Nullable: 0 is a value that a client may report.
    private static let firstEventColumns: [Column] = [
        Column(name: "event_time", type: "DateTime('UTC')", codec: "Delta(4), ZSTD(1)"),
        Column(name: "event_time_given", type: "UInt8", codec: "ZSTD(1)"),
        Column(name: "arrival", type: "UInt64", codec: "Delta(8), ZSTD(1)"),
        Column(name: "item_index", type: "UInt16", codec: "T64, ZSTD(1)"),
        Column(name: "app", type: "String", codec: "ZSTD(1)"),
        Column(name: "uid", type: "String", codec: "ZSTD(1)"),
        Column(name: "openid", type: "String", codec: "ZSTD(1)"),
        Column(name: "device_type", type: "Nullable(UInt32)", codec: "T64, ZSTD(1)"),
        Column(name: "business_type", type: "Nullable(UInt32)", codec: "T64, ZSTD(1)"),
        Column(name: "channel", type: "Nullable(UInt32)", codec: "T64, ZSTD(1)"),
        Column(name: "operate_id", type: "Nullable(UInt32)", codec: "T64, ZSTD(1)"),
        Column(name: "page_id", type: "Nullable(UInt32)", codec: "T64, ZSTD(1)"),
        Column(name: "pos_id", type: "Nullable(UInt32)", codec: "T64, ZSTD(1)"),
        Column(name: "prev_id", type: "Nullable(UInt32)", codec: "T64, ZSTD(1)"),
        Column(name: "trace_id", type: "Nullable(String)", codec: "ZSTD(1)"),
        Column(name: "duration", type: "Nullable(UInt64)", codec: "T64, ZSTD(1)"),
        Column(name: "plan_version", type: "UInt32", codec: "T64, ZSTD(1)"),
        Column(name: "identity_high", type: "UInt64", codec: "ZSTD(1)"),
        Column(name: "identity_low", type: "UInt64", codec: "ZSTD(1)"),
        Column(name: "journal_segment", type: "UInt64", codec: "T64, ZSTD(1)"),
        Column(name: "journal_offset", type: "UInt64", codec: "T64, ZSTD(1)"),
    ]

    /// Step 1.
    @Sendable static func createTables(_ features: EngineFeatures) -> [SQL] {
        // Partitions by month: retention drops whole ones. Order: questions ask for days, then follow users.
        let table: SQL = """
            CREATE TABLE IF NOT EXISTS \(features.stored(events)) (\(definitions(firstEventColumns, features))) \
            ENGINE = \(features.engine("MergeTree", of: events)) \
            PARTITION BY toYYYYMM(event_time) ORDER BY (toDate(event_time), uid, event_time, arrival, item_index)\
            \(features.insertSettings)
            """
        return [table] + features.spread(events)
    }

    /// The loader forgets the journal's segments once an insert returned: by then the insert must be on the disk. A
    /// range is sent again only while it is the last one, so that a thousand remembered blocks is plenty.
    static let durable: SQL = """
        SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1
        """

    static func definitions(_ columns: [Column], _ features: EngineFeatures) -> SQL {
        let definitions = columns.map { column -> SQL in
            features.codecs
                ? "\(raw: column.name) \(raw: column.type) CODEC(\(raw: column.codec))"
                : "\(raw: column.name) \(raw: column.type)"
        }
        return .joined(definitions, separator: ", ")
    }

    /// Step 2: a trace, a user and a range of the journal are found without reading every day.
    @Sendable static func addIndexes(_ features: EngineFeatures) -> [SQL] {
        guard features.skipIndexes else { return [] }
        let indexes: [(name: SQL, definition: SQL)] = [
            ("trace_id_bloom", "trace_id TYPE bloom_filter(0.01) GRANULARITY 1"),
            ("uid_bloom", "uid TYPE bloom_filter(0.01) GRANULARITY 1"),
            ("journal_segment_minmax", "journal_segment TYPE minmax GRANULARITY 1"),
        ]
        return indexes.flatMap { index -> [SQL] in
            [
                "ALTER TABLE \(features.stored(events)) ADD INDEX IF NOT EXISTS \(index.name) \(index.definition)",
                // Works through the rows that are there already in the background; start does not wait for it.
                "ALTER TABLE \(features.stored(events)) MATERIALIZE INDEX IF EXISTS \(index.name) SETTINGS mutations_sync = 0",
            ]
        }
    }
}
