import Foundation
import TestSupport
import Testing

extension Cluster {
    @Suite("footprint store")
    struct StoreCommands {
        @Test(
            "a dry run prints SQL and changes nothing; init lays out, status tells, and a second init has nothing to do"
        )
        func layOut() async throws {
            let cluster = try await onOwnThread { try ClickHouseCluster.start(root: Program.packageRoot) }
            defer { cluster.stop() }
            let store = ["FOOTPRINT_STORE": cluster.address]
            let before = try await Program.run(["store", "status"], environment: store)
            #expect(before.ending == .exit(1))
            #expect(before.errors.contains("footprint store init"))

            let sql = try await Program.output(of: ["store", "init", "--dry-run"], environment: store)
            #expect(sql.contains("CREATE TABLE IF NOT EXISTS `footprint`.`events_local`"))
            #expect(try cluster.ask("EXISTS TABLE footprint.events") == "0")

            try await Program.output(of: ["store", "init"], environment: store)
            #expect(try cluster.ask("EXISTS TABLE footprint.events", server: 3) == "1")
            let again = try await Program.run(["store", "init"], environment: store)
            #expect(again.succeeded && again.errors.contains("nothing to do"), "\(again)")

            let status = try JSON.parse(
                try await Program.output(of: ["store", "status", "--json"], environment: store)
            )
            #expect(status.array?.compactMap { $0["shard"]?.int } == [1, 1, 2, 2])
            try cluster.command("kill s2r1")
            let without = try await Program.run(["store", "status"], environment: store)
            #expect(without.ending == .exit(1))
            #expect(without.output.contains("does not answer"))
        }

        @Test(
            "an address that is not right is refused, and the password is not shown",
            arguments: [
                "clickhouse://foot:secret@127.0.0.1:1/db?clutser=x",
                "clickhouse://foot:secret@127.0.0.1:1,127.0.0.1:2/db",
                "clickhouse://foot:secret@127.0.0.1:1/footprint",
            ]
        )
        func wrongAddress(address: String) async throws {
            for command in [["store", "init"], ["store", "status"]] {
                let finished = try await Program.run(command + ["--store", address])
                #expect(!finished.succeeded)
                #expect(!finished.errors.isEmpty && !finished.errors.contains("secret"), "\(finished.errors)")
            }
        }
    }
}
