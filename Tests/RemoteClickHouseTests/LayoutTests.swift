import EventStore
import Foundation
import RemoteClickHouse
import TestSupport
import Testing

extension OnACluster {
    @Suite("Laying out a cluster")
    struct LayoutTests {
        @Test("init says what it would do, does it, and does it once")
        func initialize() async throws {
            let cluster = try SharedCluster.current
            let address = cluster.address(database: "layout_init")
            try await withLayout(address) { layout in
                let pending = try await layout.pending()
                #expect(pending.map(\.name).first == "place")
                let sql = pending.flatMap(\.statements).joined(separator: "\n")
                #expect(
                    sql.contains("ReplicatedMergeTree('/clickhouse/tables/{shard}/layout_init/events', '{replica}')")
                )
                #expect(sql.contains("Distributed(`footprint`, `layout_init`, `events_local`, sipHash64(`uid`))"))
                let before = try cluster.ask("EXISTS TABLE layout_init.events_local")
                #expect(before == "0")
                let version = try await layout.status().version
                #expect(version == 0)

                try await layout.initialize { _ in }
                let left = try await layout.pending()
                #expect(left == [])
                for server in 0..<4 {
                    let tables = try cluster.ask(
                        "SELECT count() FROM system.tables WHERE database = 'layout_init' AND name LIKE '%_local'",
                        server: server
                    )
                    #expect(tables == "5", "server \(server)")
                }
                try await layout.initialize { step in Issue.record("\(step) was done again") }
                let status = try await layout.status()
                #expect(status.version == status.ownVersion)
                #expect(status.servers.map(\.shard) == [1, 1, 2, 2])
                #expect(status.servers.allSatisfy { $0.trouble.isEmpty && $0.version.hasPrefix("18.16") })
            }
        }

        @Test("the cluster's own queue brings the tables to servers that nobody named")
        func onCluster() async throws {
            let cluster = try SharedCluster.current
            // One server of each shard.
            let some =
                "clickhouse://127.0.0.1:\(cluster.ports[0]),127.0.0.1:\(cluster.ports[2])/layout_queue?cluster=footprint"
            try await withLayout(some) { layout in
                let error = await storeError { try await layout.initialize { _ in } }
                guard case .unavailable(let reason)? = error else {
                    Issue.record("\(error.map { "\($0)" } ?? "it was done")")
                    return
                }
                #expect(reason.contains("2 of the cluster's 4"))
                #expect(reason.contains("--on-cluster"))
            }
            let queue = try StoreLayout(try StoreAddress(some), usesQueue: true, logger: quiet)
            try await queue.initialize { _ in }
            await queue.close()
            for server in 0..<4 {
                let exists = try cluster.ask("EXISTS TABLE layout_queue.events_local", server: server)
                #expect(exists == "1")
            }
            try await cluster.withStore(at: some) { store in
                try await store.insert(.events(100), token: "range")
                _ = try await eventually("it is there") { try await store.count() == 100 ? true : nil }
            }
        }

        @Test("a cluster of the version before is migrated while its collectors go on")
        func migrate() async throws {
            let cluster = try SharedCluster.current
            let address = cluster.address(database: "layout_old")
            try layOutVersionThree(cluster, "layout_old")
            // The new program does not work with it, and says what to do; it does not change it by itself.
            try await cluster.withStore(at: address) { store in
                let error = await storeError { try await store.prepare() }
                guard case .misconfigured(let reason)? = error else {
                    Issue.record("\(error.map { "\($0)" } ?? "it is taken as it is")")
                    return
                }
                #expect(reason.contains("store migrate"))
            }
            // A collector of that version names the columns it knows.
            let insert = "INSERT INTO layout_old.events (event_time, arrival, uid) VALUES "
            let old = try cluster.ask(insert + "(1710300000, 1, 'before')")
            #expect(old == "")
            try await withLayout(address) { layout in
                let steps = try await layout.pending()
                #expect(!steps.isEmpty)
                #expect(!steps.map(\.name).contains("place"))
                try await layout.migrate { _ in }
                let rest = try await layout.pending()
                #expect(rest == [])
            }
            let fromOld = try cluster.ask(insert + "(1710300000, 2, 'after')", server: 3)
            #expect(fromOld == "")
            try await cluster.withStore(at: address) { store in
                try await store.insert(.events(10), token: "range")
                _ = try await eventually("old and new rows side by side") {
                    try await store.count("client_address = ''") == 12 ? true : nil
                }
            }
        }

        @Test("tables that are newer than the program are worked with")
        func newer() async throws {
            try await SharedCluster.current.withStore { store, address in
                let database = try StoreAddress(address).database
                let newer = Schema.version + 1
                let insert = "INSERT INTO \(database).schema_versions SELECT toUInt32(\(newer)), now(), toUInt32(2)"
                let recorded = try SharedCluster.current.ask(insert)
                #expect(recorded == "")
                try await store.insert(.events(10), token: "range")
                _ = try await eventually("it is there") { try await store.count() == 10 ? true : nil }
            }
        }

        @Test("a cluster that has other shards than it was laid out for is refused: users would be on two of them")
        func otherShards() async throws {
            try await SharedCluster.current.withStore { store, address in
                let database = try StoreAddress(address).database
                let insert = "INSERT INTO \(database).schema_versions SELECT toUInt32(1), now(), toUInt32(3)"
                let recorded = try SharedCluster.current.ask(insert)
                #expect(recorded == "")
                let error = await storeError { try await store.prepare() }
                guard case .misconfigured(let reason)? = error else {
                    Issue.record("\(error.map { "\($0)" } ?? "it is taken as it is")")
                    return
                }
                #expect(reason.contains("2 shards now"))
                #expect(reason.contains("laid out for 3"))
            }
        }

        @Test("a single server is laid out by its first use, and works without a cluster")
        func single() async throws {
            let cluster = try SharedCluster.current
            try await cluster.withStore(at: "clickhouse://127.0.0.1:\(cluster.ports[3])/alone") { store in
                try await store.insert(.events(1_000), token: "range")
                try await store.insert(.events(1_000), token: "range")
                let events = try await store.count()
                #expect(events == 1_000)
                try await store.execute("ALTER TABLE \(Schema.events) DELETE WHERE page_id = 3")
                let kept = try await store.count()
                #expect(kept == 857)
            }
            let onServer = try cluster.ask("SELECT count() FROM alone.events", server: 3)
            #expect(onServer == "857")
        }

        private func withLayout(_ address: String, _ body: (StoreLayout) async throws -> Void) async throws {
            let layout = try StoreLayout(try StoreAddress(address), logger: quiet)
            do {
                try await body(layout)
                await layout.close()
            } catch {
                await layout.close()
                throw error
            }
        }

        /// What a Footprint of version 3 left behind.
        private func layOutVersionThree(_ cluster: ClickHouseCluster, _ database: String) throws {
            var features = EngineFeatures.oldest
            features.layout = .cluster(.init(name: "footprint", database: database))
            let place = [
                "CREATE DATABASE \(database)",
                "CREATE TABLE \(database).shards (dummy UInt8) ENGINE = Distributed(footprint, system, one)",
                "CREATE TABLE \(database).schema_versions (version UInt32, applied DateTime('UTC'), shards UInt32) "
                    + "ENGINE = ReplicatedMergeTree('/clickhouse/tables/all/\(database)/schema_versions', "
                    + "'{shard}-{replica}') ORDER BY version",
            ]
            let steps = Schema.steps.prefix(3).flatMap { $0.statements(features) }.map(\.text)
            for server in 0..<4 {
                for statement in place + steps {
                    let answer = try cluster.ask(statement, server: server)
                    try #require(answer == "", "\(statement): \(answer)")
                }
            }
            let record = "INSERT INTO \(database).schema_versions SELECT toUInt32(3), now(), toUInt32(2)"
            try #require(try cluster.ask(record) == "")
        }
    }
}
