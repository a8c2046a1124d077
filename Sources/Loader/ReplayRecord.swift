import EventStore

/// Which refused reports were replayed: a report that is replayed twice, before or after a crash, counts once.
enum ReplayRecord {
    /// Writes down that these were replayed. Twice does no harm.
    static func remember(_ arrivals: [UInt64], store: any EventStore) async throws(StoreError) {
        for some in slices(arrivals) {
            // An array, not a list of rows: one statement, whatever the count.
            let rows = SQL.joined(some.map { "toUInt64(\($0))" }, separator: ",")
            try await store.execute(
                "INSERT INTO \(Schema.replays) SELECT arrayJoin([\(rows)]) AS arrival, now() AS replayed"
            )
        }
    }

    /// Numbers of the events whose replay was loaded before, or stands before in the same piece.
    static func repeats(
        in replays: [(arrival: UInt64, numbers: Range<Int>)],
        store: any EventStore
    ) async throws(StoreError) -> [Int] {
        var known: Set<UInt64> = []
        for some in slices(replays.map(\.arrival)) {
            let answer = try await store.queryEveryCopy(
                "SELECT DISTINCT arrival FROM \(Schema.replays) WHERE arrival IN \(Array(some))",
                limits: QueryLimits(timeoutSeconds: 120)
            )
            for case .uint(let arrival)? in answer.rows.map(\.first) { known.insert(arrival) }
        }
        return replays.flatMap { known.insert($0.arrival).inserted ? [] : Array($0.numbers) }
    }

    /// About 25 kB of text in one statement, well under the engine's limit.
    private static func slices(_ arrivals: [UInt64]) -> [ArraySlice<UInt64>] {
        stride(from: 0, to: arrivals.count, by: 1_000).map { arrivals[$0..<min($0 + 1_000, arrivals.count)] }
    }
}
