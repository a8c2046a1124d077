import EmbeddedClickHouse
import EventStore
import Testing

@Suite("Inserting")
struct InsertTests {
    @Test("every field of an event comes back as it was reported, and absent is not zero")
    func roundTrip() async throws {
        var batch = EventBatch()
        batch.append(number: 7, time: EventBatch.march2024)
        // All that may be absent, absent; all that may be odd, odd.
        batch.eventTime.append(UInt32.max)
        batch.eventTimeGiven.append(0)
        batch.arrivalMicroseconds.append(UInt64.max)
        batch.itemIndex.append(999)
        batch.app.append("".utf8)
        batch.uid.append("'; DROP TABLE events; --\\\n用户\0".utf8)
        batch.openid.append("".utf8)
        batch.deviceType.append(nil)
        batch.businessType.append(UInt32.max)
        batch.channel.append(nil)
        batch.operateID.append(nil)
        batch.pageID.append(nil)
        batch.posID.append(0)
        batch.prevID.append(nil)
        batch.traceID.append(Optional<String.UTF8View>.none)
        batch.durationSeconds.append(nil)
        batch.planVersion.append(UInt32.max)
        batch.identityHigh.append(0)
        batch.identityLow.append(UInt64.max)
        batch.journalSegment.append(UInt64.max)
        batch.journalOffset.append(UInt64.max)
        batch.clientAddress.append("2001:db8::".utf8)
        batch.isLate.append(1)
        batch.finishRow()

        let rows = try await withStore { store in
            try await store.insert(batch, token: "one")
            return try await store.rows("SELECT * FROM events ORDER BY arrival")
        }
        #expect(
            rows == [
                [
                    .uint(UInt64(EventBatch.march2024)), .uint(1), .uint(7), .uint(0), .string("shop"),
                    .string("user 7"), .string("open 7"), .uint(1), .null, .uint(2), .uint(10000), .uint(0), .null,
                    .uint(0), .string("trace 7"), .uint(7), .uint(1), .uint(7), .uint(.max), .uint(1), .uint(700),
                    .string(""), .uint(0),
                ],
                [
                    .uint(UInt64(UInt32.max)), .uint(0), .uint(.max), .uint(999), .string(""),
                    .string("'; DROP TABLE events; --\\\n用户\0"), .string(""), .null, .uint(UInt64(UInt32.max)), .null,
                    .null, .null, .uint(0), .null, .null, .null, .uint(UInt64(UInt32.max)), .uint(0), .uint(.max),
                    .uint(.max), .uint(.max), .string("2001:db8::"), .uint(1),
                ],
            ]
        )
    }

    @Test("a range sent twice counts once, and a different range with the same rows counts again")
    func tokens() async throws {
        try await withStore { store in
            let batch = EventBatch.events(1000)
            try await store.insert(batch, token: "node-1:range-1")
            try await store.insert(batch, token: "node-1:range-1")
            #expect(try await store.countOfEvents() == .uint(1000))
            try await store.insert(batch, token: "node-1:range-2")
            #expect(try await store.countOfEvents() == .uint(2000))
            try await store.insert(batch, token: "node-1:range-1")
            #expect(try await store.countOfEvents() == .uint(2000))
        }
    }

    @Test("a range sent again after a restart counts once")
    func tokensOutliveTheEngine() async throws {
        let folder = try StoreFolder()
        let batch = EventBatch.events(1000)
        for _ in 0..<3 {
            try await folder.withStore { store in
                try await store.insert(batch, token: "range")
                #expect(try await store.countOfEvents() == .uint(1000))
            }
        }
    }

    @Test("a range that spans months counts once, also where only one of its months was committed")
    func months() async throws {
        var both = EventBatch()
        for number in 0..<500 {
            both.append(number: number, time: number % 2 == 0 ? EventBatch.march2024 : EventBatch.april2024)
        }
        var marchOnly = EventBatch()
        for number in stride(from: 0, to: 500, by: 2) { marchOnly.append(number: number, time: EventBatch.march2024) }

        try await withStore { store in
            try await store.insert(both, token: "whole")
            try await store.insert(both, token: "whole")
            #expect(try await store.countOfEvents() == .uint(500))

            // What a crash between the commits of two parts leaves behind: March is there, April is not.
            try await store.insert(marchOnly, token: "torn")
            #expect(try await store.countOfEvents() == .uint(750))
            try await store.insert(both, token: "torn")
            #expect(try await store.countOfEvents() == .uint(1000))
            #expect(
                try await store.rows(
                    "SELECT toYYYYMM(event_time) AS month, count() FROM events GROUP BY month ORDER BY month"
                )
                    == [[.uint(202403), .uint(500)], [.uint(202404), .uint(500)]]
            )
        }
    }

    @Test("a range whose token a power cut took counts once all the same, also where one of its months is missing")
    func lostTokens() async throws {
        let folder = try StoreFolder()
        var both = EventBatch()
        for number in 0..<500 {
            both.append(number: number, time: number % 2 == 0 ? EventBatch.march2024 : EventBatch.april2024)
        }
        try await folder.withStore { store in
            try await store.insert(both, token: "whole")
            try await store.insert(.events(100, at: EventBatch.march2024, from: 1000), token: "torn")
        }
        // The engine writes its tokens down without waiting for the disk.
        #expect(folder.removeTokens() > 0)

        var torn = EventBatch.events(100, at: EventBatch.march2024, from: 1000)
        for number in 1100..<1200 { torn.append(number: number, time: EventBatch.april2024) }
        try await folder.withStore { store in
            try await store.insert(both, token: "whole")
            try await store.insert(torn, token: "torn")
            #expect(try await store.rows("SELECT count(), uniqExact(uid) FROM events") == [[.uint(700), .uint(700)]])
            // Events that look alike and stand elsewhere in the journal are other events.
            var moved = both
            moved.journalOffset = moved.journalOffset.map { $0 + 1_000_000 }
            try await store.insert(moved, token: "moved")
            #expect(try await store.countOfEvents() == .uint(1200))
        }
    }

    @Test("events of more months than the engine takes by default fit into one range")
    func manyMonths() async throws {
        var batch = EventBatch()
        for month in 0..<140 { batch.append(number: month, time: 1_420_100_000 + UInt32(month) * 2_629_800) }
        try await withStore { store in
            try await store.insert(batch, token: "range")
            try await store.insert(batch, token: "range")
            #expect(try await store.countOfEvents() == .uint(140))
        }
    }

    @Test("an insert waits for the disk, so that the journal may forget what it holds")
    func durable() async throws {
        try await withStore { store in
            guard case .string(let table) = try await store.value("SHOW CREATE TABLE events") else {
                Issue.record("the table does not say how it was made")
                return
            }
            #expect(table.contains("fsync_after_insert = 1"))
            #expect(table.contains("fsync_part_directory = 1"))
        }
    }

    @Test("an empty range changes nothing")
    func empty() async throws {
        try await withStore { store in
            try await store.insert(EventBatch(), token: "empty")
            #expect(try await store.countOfEvents() == .uint(0))
        }
    }

    @Test("a token is a value and never becomes SQL")
    func strangeToken() async throws {
        try await withStore { store in
            try await store.insert(.events(10), token: "a'; DROP TABLE events; --\\")
            try await store.insert(.events(10), token: "a'; DROP TABLE events; --\\")
            #expect(try await store.countOfEvents() == .uint(10))
        }
    }

    @Test("inserts from many tasks at once all arrive")
    func concurrently() async throws {
        try await withStore { store in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for range in 0..<20 {
                    group.addTask { try await store.insert(.events(100, from: range * 100), token: "range \(range)") }
                }
                try await group.waitForAll()
            }
            #expect(try await store.rows("SELECT count(), uniqExact(uid) FROM events") == [[.uint(2000), .uint(2000)]])
        }
    }
}
