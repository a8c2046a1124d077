import ArgumentParser

struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "The tables on a ClickHouse server or cluster: lay them out, bring them up to date, look at them.",
        discussion: """
            The embedded store, and a single server's, are laid out when they are first used. A cluster's tables concern \
            every server and every collector, and are changed by these commands only.
            """,
        subcommands: [StoreInit.self, StoreMigrate.self, StoreStatus.self]
    )
}
