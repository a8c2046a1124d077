internal import EventStore

extension EmbeddedClickHouse {
    /// Read from the engine's own list of parts, so that nothing that changes them can be forgotten, what it does in the
    /// background included: an insert raises a month's last block, a deletion lowers its rows, and a dropped month is
    /// missing. A merge changes neither.
    package func eventsVersion(before seconds: Int64) async -> String? {
        guard let observer = try? sessions().observer else { return nil }
        // The engine's times end in 2106, and begin anew.
        let last = min(max(seconds, 0), Int64(UInt32.max))
        let months: SQL = """
            SELECT arrayStringConcat(groupArray(month), ' ') FROM (SELECT concat(partition_id, ':', \
            toString(max(max_block_number)), ':', toString(sum(rows))) AS month FROM system.parts \
            WHERE active AND database = '\(Schema.database)' AND table = '\(Schema.events)' \
            AND toUInt32OrZero(partition_id) <= toYYYYMM(toDateTime(\(last), 'UTC')) \
            GROUP BY partition_id ORDER BY partition_id)
            """
        let answer = try? await observing.run {
            storeResult { () throws(EngineError) in
                try observer.query(months.text) { stream throws(EngineError) in try Answer.read(&stream) }
            }
        }
        guard case .string(let version)? = answer?.rows.first?.first else { return nil }
        return version
    }
}
