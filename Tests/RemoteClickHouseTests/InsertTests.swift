import EventStore
import Foundation
import RemoteClickHouse
import TestSupport
import Testing

extension OnACluster {
    @Suite("Inserting")
    struct InsertTests {
        @Test("every field of an event comes back as it was reported, and absent is not zero")
        func roundTrip() async throws {
            var batch = EventBatch.events(1, from: 7)
            // 1 January 2100: the calendar of old servers ends with 2105.
            batch.eventTime.append(4_102_444_800)
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
            batch.clientAddress.append("192.0.2.0".utf8)
            batch.isLate.append(1)
            batch.finishRow()

            let rows = try await SharedCluster.current.withStore(options: "&insert_quorum=2") { store, _ in
                try await store.insert(batch, token: "one")
                return try await store.rows("SELECT * FROM \(Schema.events) ORDER BY arrival")
            }
            let late = UInt64(EventBatch.march2024) + 2_629_800
            #expect(
                rows == [
                    [
                        .uint(late), .uint(1), .uint(late * 1_000_000 + 7), .uint(0), .string("shop"),
                        .string("user 7"), .string("user 7"), .uint(1), .null, .uint(2), .uint(10_000), .uint(0), .null,
                        .uint(0), .string("user 7"), .uint(7), .uint(1), .uint(7), .uint(.max), .uint(1), .uint(700),
                        .string(""), .uint(0),
                    ],
                    [
                        .uint(4_102_444_800), .uint(0), .uint(.max), .uint(999), .string(""),
                        .string("'; DROP TABLE events; --\\\n用户\0"), .string(""), .null, .uint(UInt64(UInt32.max)),
                        .null, .null, .null, .uint(0), .null, .null, .null, .uint(UInt64(UInt32.max)), .uint(0),
                        .uint(.max), .uint(.max), .uint(.max), .string("192.0.2.0"), .uint(1),
                    ],
                ]
            )
        }

        @Test("a user's events are on the shard where the cluster itself would put them, on all its replicas")
        func shards() async throws {
            let cluster = try SharedCluster.current
            try await cluster.withStore(options: "&insert_quorum=2") { store, address in
                try await store.insert(.events(2_000), token: "range")
                let database = try StoreAddress(address).database
                for (server, shard) in [(0, 0), (1, 0), (2, 1), (3, 1)] {
                    let wrong = "countIf(sipHash64(uid) % 2 != \(shard))"
                    let answer = try cluster.ask(
                        "SELECT count() > 900, \(wrong) FROM \(database).events_local FORMAT CSV",
                        server: server
                    )
                    #expect(answer == "1,0", "server \(server)")
                }
            }
        }

        @Test("a range that is sent again counts once, by whichever collector and replica, and another one counts")
        func again() async throws {
            let cluster = try SharedCluster.current
            try await cluster.withStore { store, address in
                // Every replica takes it in turn.
                for _ in 0..<6 { try await store.insert(.events(1_000), token: "range 1") }
                try await cluster.withStore(at: address) { other in
                    try await other.insert(.events(1_000), token: "range 1")
                    try await other.insert(.events(1_000, segment: 2), token: "range 2")
                }
                try await everywhere(store, 2_000)
            }
        }

        @Test("a range that was sent long ago counts once: by then the servers have forgotten its blocks")
        func forgotten() async throws {
            let cluster = try SharedCluster.current
            try await cluster.withStore { store, address in
                try await store.insert(.events(1_000), token: "range")
                try await everywhere(store, 1_000)
                // Blocks that differ in one column are other blocks to the servers, as forgotten ones are.
                try await cluster.withStore(at: address) { restarted in
                    try await restarted.insert(.events(1_000, planVersion: 2), token: "range")
                }
                try await everywhere(store, 1_000)
            }
        }

        @Test("of a range that a crash cut between two months, the missing month is added")
        func torn() async throws {
            let cluster = try SharedCluster.current
            try await cluster.withStore { store, address in
                let whole = EventBatch.events(1_000)
                let march = EventBatch.events(numbered: stride(from: 0, to: 1_000, by: 2))
                try await store.insert(march, token: "range")
                try await everywhere(store, 500)
                try await cluster.withStore(at: address) { try await $0.insert(whole, token: "range") }
                try await everywhere(store, 1_000)
                let users = try await store.rows("SELECT uniqExact(uid) FROM \(Schema.events)")
                #expect(users == [[.uint(1_000)]])
            }
        }

        @Test("two ranges that count the same both count, and one that is sent again counts once")
        func tallies() async throws {
            try await SharedCluster.current.withStore { store, _ in
                var tallies = TallyBatch()
                Array("shop".utf8).withUnsafeBytes { app in
                    tallies.add(.stored, app: app, arrivalMicroseconds: 1_710_300_000_000_000, reports: 3, events: 5)
                }
                for token in ["range 1", "range 2", "range 2", "range 1"] {
                    try await store.insert(tallies.rows, token: token)
                }
                _ = try await eventually("each range is counted once") { () -> Bool? in
                    let sums = try await store.rows("SELECT sum(reports), sum(events) FROM \(Schema.tallies)")
                    return sums == [[.uint(6), .uint(10)]] ? true : nil
                }
            }
        }

        @Test("inserts of many collectors at once all arrive")
        func together() async throws {
            try await SharedCluster.current.withStore { store, _ in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for range in 0..<16 {
                        group.addTask {
                            try await store.insert(.events(200, from: range * 200), token: "range \(range)")
                        }
                    }
                    try await group.waitForAll()
                }
                try await everywhere(store, 3_200)
            }
        }

        @Test("what alters a table alters it on every shard, and returns when it is seen")
        func altering() async throws {
            try await SharedCluster.current.withStore(options: "&insert_quorum=2") { store, _ in
                try await store.insert(.events(1_000), token: "range")
                try await store.execute("ALTER TABLE \(Schema.events) DELETE WHERE page_id = 3")
                let deleted = try await store.count("page_id = 3")
                #expect(deleted == 0)
                let left = try await store.count()
                #expect(left == 857)
                try await store.execute("TRUNCATE TABLE \(Schema.events)")
                let emptied = try await store.count()
                #expect(emptied == 0)
                // A range that was taken out is another matter than one that was sent twice.
                try await store.insert(.events(1_000), token: "range")
                let again = try await store.count()
                #expect(again == 1_000)
            }
        }
    }
}

/// Waits until every copy has so many events; more than that is never right.
func everywhere(_ store: RemoteClickHouse, _ count: Int) async throws {
    let counted: SQL = "SELECT count() FROM \(Schema.events)"
    let isRight = try await eventually("\(count) events on every replica") { () -> Bool? in
        let answer = try await store.queryEveryCopy(counted, limits: QueryLimits())
        let all = answer.rows.reduce(0) { sum, row in
            if case .uint(let part)? = row.first { sum + Int(part) } else { sum }
        }
        // Two replicas of each shard. More than that is never right, and does not become so.
        return all >= 2 * count ? all == 2 * count : nil
    }
    #expect(isRight, "there are rows twice")
    let seen = try await store.count()
    #expect(seen == count)
}
