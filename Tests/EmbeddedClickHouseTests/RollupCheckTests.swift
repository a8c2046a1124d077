import EmbeddedClickHouse
import EventStore
import Testing

@Suite("What is kept beside the events")
struct RollupCheckTests {
    /// What each rollup counts.
    private func counts(_ store: EmbeddedClickHouse) async throws -> [ResultSet.Value?] {
        var counts: [ResultSet.Value?] = []
        for rollup in Schema.rollups { counts.append(try await store.value(rollup.eventsCounted)) }
        return counts
    }

    @Test("a rollup that lacks events, as after a power cut, is made anew when the store is opened")
    func mended() async throws {
        let folder = try StoreFolder()
        try await folder.withStore { store in
            try await store.insert(.events(1000), token: "one")
            try await store.insert(.events(1000, at: EventBatch.april2024, from: 1000), token: "two")
            let found1 = try await counts(store)
            #expect(found1 == [.uint(2000), .uint(2000), .uint(2000)])
            try await store.execute(
                "ALTER TABLE events CLEAR PROJECTION activity IN PARTITION 202403 SETTINGS mutations_sync = 1"
            )
            let found2 = try await counts(store)
            #expect(found2 == [.uint(2000), .uint(1000), .uint(2000)])
        }
        try await folder.withStore { store in
            let found3 = try await counts(store)
            #expect(found3 == [.uint(2000), .uint(2000), .uint(2000)])
        }
    }

    @Test("a range that is sent again is counted once there too")
    func repeated() async throws {
        try await withStore { store in
            for _ in 0..<3 { try await store.insert(.events(1000), token: "range") }
            let found4 = try await counts(store)
            #expect(found4 == [.uint(1000), .uint(1000), .uint(1000)])
        }
    }
}
