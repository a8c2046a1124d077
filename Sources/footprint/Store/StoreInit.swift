import ArgumentParser
import EventStore
import RemoteClickHouse

struct StoreInit: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Lay out the tables of a cluster, once, before the first collector starts.",
        discussion: """
            Safe to repeat: what is there stays. Each shard keeps the events of its users on all its replicas; how many \
            shards there are is fixed from then on.

            Examples:
              footprint store init --store 'clickhouse://ch1,ch2,ch3,ch4/footprint?cluster=stats' --dry-run
              FOOTPRINT_STORE='clickhouse://footprint:…@ch1/footprint?cluster=stats' footprint store init
            """
    )

    @OptionGroup var change: StoreChangeOptions
    @OptionGroup var store: StoreOptions

    func execute() async throws {
        try await change.run(store) { layout throws(StoreError) in
            try await layout.initialize(whenDone: StoreChangeOptions.tell)
        }
    }
}
