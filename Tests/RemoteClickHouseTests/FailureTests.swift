import EventStore
import Foundation
import RemoteClickHouse
import TestSupport
import Testing

extension OnACluster {
    @Suite("Servers that fail")
    struct FailureTests {
        @Test("with a replica killed, inserts and questions go on, and it has everything when it is back")
        func replica() async throws {
            let cluster = try SharedCluster.current
            try await cluster.withStore { store, _ in
                try await store.insert(.events(500), token: "before")
                // What only one replica had went with it for a while.
                try await everywhere(store, 500)
                try await cluster.without("s1r1") {
                    for range in 1..<5 {
                        try await retried {
                            try await store.insert(.events(500, from: range * 500), token: "range \(range)")
                        }
                    }
                    _ = try await eventually("questions see it all") { try await store.count() == 2_500 ? true : nil }
                }
                try await everywhere(store, 2_500)
            }
        }

        @Test("with a shard away, an insert is to be tried again, and then counts once")
        func shard() async throws {
            let cluster = try SharedCluster.current
            try await cluster.withStore { store, _ in
                try await store.insert(.events(500), token: "before")
                try await cluster.without("s2r1", "s2r2") {
                    for _ in 0..<3 {
                        let error = await storeError { try await store.insert(.events(500, from: 500), token: "range") }
                        #expect(error?.isUnavailable == true, "\(error.map { "\($0)" } ?? "it was inserted")")
                    }
                    // Half of the answer is no answer.
                    let error = await storeError { _ = try await store.count() }
                    #expect(error?.isUnavailable == true, "\(error.map { "\($0)" } ?? "it answered")")
                    #expect(store.trouble != nil)
                }
                try await retried { try await store.insert(.events(500, from: 500), token: "range") }
                try await everywhere(store, 1_000)
                _ = try await eventually("nothing is wrong any more") { store.trouble == nil ? true : nil }
            }
        }

        @Test("with ZooKeeper away, questions go on and inserts wait; when it is back they count once")
        func zooKeeper() async throws {
            let cluster = try SharedCluster.current
            try await cluster.withStore { store, _ in
                try await store.insert(.events(500), token: "before")
                try await everywhere(store, 500)
                try await cluster.without("zk") {
                    let error = await storeError { try await store.insert(.events(500, from: 500), token: "range") }
                    #expect(error?.isUnavailable == true, "\(error.map { "\($0)" } ?? "it was inserted")")
                    let seen = try await store.count()
                    #expect(seen == 500)
                }
                try await retried { try await store.insert(.events(500, from: 500), token: "range") }
                try await everywhere(store, 1_000)
            }
        }

        @Test(
            "a server that was killed while it took an insert leaves it whole or not at all; sent again, it counts once"
        )
        func duringInsert() async throws {
            let cluster = try SharedCluster.current
            try await cluster.withStore { store, _ in
                for (round, server) in ["s1r1", "s2r2", "s1r2", "s2r1"].enumerated() {
                    let batch = EventBatch.events(20_000, from: round * 20_000)
                    let first = Task { await storeError { try await store.insert(batch, token: "range \(round)") } }
                    // Somewhere in between; wherever that is, the end is the same.
                    try await Task.sleep(for: .milliseconds(20 * round))
                    try cluster.command("kill \(server)")
                    _ = await first.value
                    try cluster.command("start \(server)")
                    try await retried { try await store.insert(batch, token: "range \(round)") }
                }
                try await everywhere(store, 80_000)
                let users = try await store.rows("SELECT uniqExact(uid) FROM \(Schema.events)")
                #expect(users == [[.uint(80_000)]])
            }
        }

        @Test("an insert that was done, and whose answer was lost, counts once when it is sent again")
        func answerLost() async throws {
            let cluster = try SharedCluster.current
            let proxy = try CuttingProxy(to: cluster.ports[0])
            defer { proxy.stop() }
            try await cluster.withStore { store, address in
                // The only way to shard 1 leads through the proxy.
                let database = try StoreAddress(address).database
                let through =
                    "clickhouse://127.0.0.1:\(proxy.port),127.0.0.1:\(cluster.ports[2])/\(database)?cluster=footprint"
                try await cluster.withStore(at: through) { cut in
                    for range in 0..<8 {
                        let batch = EventBatch.events(300, from: range * 300)
                        if range > 4 { proxy.cutNextInsert() }
                        let error = await storeError { try await cut.insert(batch, token: "range \(range)") }
                        if range > 4 {
                            guard case .unavailable? = error else {
                                Issue.record("the answer was lost, and it says \(error.map { "\($0)" } ?? "nothing")")
                                return
                            }
                            try await retried { try await cut.insert(batch, token: "range \(range)") }
                        }
                    }
                }
                #expect(proxy.cuts == 3)
                try await everywhere(store, 2_400)
            }
        }

        @Test("a quorum of two is not reached with one replica away; the same range counts once when it is back")
        func quorum() async throws {
            let cluster = try SharedCluster.current
            try await cluster.withStore(options: "&insert_quorum=2") { store, _ in
                try await store.insert(.events(500), token: "before")
                try await cluster.without("s1r2") {
                    _ = try await eventually("the cluster knows that it is away") { () -> Bool? in
                        let error = await storeError { try await store.insert(.events(500, from: 500), token: "range") }
                        return error?.isUnavailable == true ? true : nil
                    }
                }
                try await retried { try await store.insert(.events(500, from: 500), token: "range") }
                let count = try await store.count()
                #expect(count == 1_000)
                try await everywhere(store, 1_000)
            }
        }
    }
}

/// As the loader does it: again and again, while the store is unavailable.
func retried(_ body: () async throws -> Void) async throws {
    _ = try await eventually("it is done") { () -> Bool? in
        do {
            try await body()
            return true
        } catch StoreError.unavailable {
            return nil
        }
    }
}

extension StoreError {
    var isUnavailable: Bool { if case .unavailable = self { true } else { false } }
}
