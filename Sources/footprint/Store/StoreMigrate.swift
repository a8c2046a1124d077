import ArgumentParser
import EventStore
import RemoteClickHouse

struct StoreMigrate: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring the tables of a cluster to this program's version.",
        discussion: """
            Collectors go on meanwhile: a change only adds. First migrate, then replace the collectors one by one. A \
            migration that broke off is repeated from the step it was in.

            Examples:
              footprint store migrate --dry-run
              footprint store migrate --on-cluster
            """
    )

    @OptionGroup var change: StoreChangeOptions
    @OptionGroup var store: StoreOptions

    func execute() async throws {
        try await change.run(store) { layout throws(StoreError) in
            try await layout.migrate(whenDone: StoreChangeOptions.tell)
        }
    }
}
