internal import EventStore

/// A server's version, and what follows from it.
struct ServerVersion: Sendable, Comparable, CustomStringConvertible {
    let year: Int
    let release: Int

    init?(_ text: String) {
        let parts = text.split(separator: ".").map { Int($0) }
        guard parts.count >= 2, let year = parts[0], let release = parts[1] else { return nil }
        self.year = year
        self.release = release
    }

    var description: String { "\(year).\(release)" }

    static func < (one: ServerVersion, other: ServerVersion) -> Bool {
        (one.year, one.release) < (other.year, other.release)
    }

    /// From 22.3 on, a server knows inserts by a token of ours and can wait for the disk. Nothing between 18.16 and that
    /// is told apart: what only the later of them can do is not used.
    var isModern: Bool { (year, release) >= (22, 3) }

    func features(_ layout: Layout) -> EngineFeatures {
        var features = isModern ? EngineFeatures.current : EngineFeatures.oldest
        // Read by a table function that reads no replica and no shard.
        features.rollups = false
        features.layout = layout
        return features
    }

    // MARK: Settings, only those that the version knows: an unknown one is an error

    /// Of an insert: one block, whole, seen on the disk, and recognised when it comes again.
    func insertSettings(token: String, quorum: Int) -> [(String, String)] {
        let rows = String(1 << 30)
        var settings = [("max_insert_block_size", rows), ("max_block_size", rows), ("query_id", token)]
        if quorum > 1, isModern {
            settings += [("insert_quorum", String(quorum)), ("insert_quorum_timeout", "60000")]
        }
        if isModern {
            settings += [
                ("insert_deduplication_token", token), ("async_insert", "0"), ("max_partitions_per_insert_block", "0"),
                ("min_insert_block_size_rows", rows), ("min_insert_block_size_bytes", "0"), ("max_insert_threads", "1"),
            ]
        }
        return settings
    }

    /// Of a question: it changes nothing, these limits included, and takes no more than it may.
    func questionSettings(_ limits: QueryLimits) -> [(String, String)] {
        var settings = [
            ("max_execution_time", String(max(1, limits.timeoutSeconds))),
            ("timeout_before_checking_execution_speed", "0"),
            ("timeout_overflow_mode", "throw"),
            ("max_memory_usage", String(limits.memoryBytes)),
            ("max_result_rows", String(limits.resultRows)),
            ("result_overflow_mode", "throw"),
            // Long lists of ids are looked up in one statement.
            ("max_query_size", String(64 << 20)),
            // A subquery over all shards inside of another one is answered once, and its rows are sent along.
            ("distributed_product_mode", "global"),
            ("low_cardinality_allow_in_native_format", "0"),
        ]
        if isModern {
            settings += [("allow_introspection_functions", "0"), ("cancel_http_readonly_queries_on_client_close", "1")]
        }
        return settings + [("readonly", "1")]
    }
}
