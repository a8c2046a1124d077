import ArgumentParser
import EventStore
import Insights
import RemoteClickHouse

struct StoreStatus: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say which version the tables have, and how each server is.",
        discussion: """
            Ends with 1 where something is wrong: a server that does not answer or has lost ZooKeeper, tables that are \
            missing or older than this program.

            Examples:
              footprint store status --store 'clickhouse://ch1,ch2,ch3,ch4/footprint?cluster=stats'
              footprint store status --json
            """
    )

    @Flag(help: "Print a JSON array of the servers.")
    var json = false

    @OptionGroup var store: StoreOptions

    func execute() async throws {
        let status = try await store.withLayout { layout throws(StoreError) in try await layout.status() }
        let names = ["server", "shard", "version", "events", "lag_seconds", "trouble"]
        let rows = status.servers.map { server -> [JSONValue] in
            [
                .string(server.name), .int(Int64(server.shard)), .string(server.version), .uint(server.events),
                .uint(server.lagSeconds), .string(server.trouble),
            ]
        }
        Listing(
            columns: names,
            rows: rows,
            json: rows.map { row in .object(zip(names, row).map { JSONValue.Member($0, $1) }) }
        ).print(asJSON: json)
        if status.version < status.ownVersion {
            let what = status.version == 0 ? "there are no tables yet" : "the tables are of version \(status.version)"
            let command = status.version == 0 ? "init" : "migrate"
            throw CommandFailure.found(
                "\(what), and this program's are of \(status.ownVersion): footprint store \(command)"
            )
        }
        if status.servers.contains(where: { !$0.trouble.isEmpty }) {
            throw CommandFailure.found("not every server is well")
        }
    }
}
