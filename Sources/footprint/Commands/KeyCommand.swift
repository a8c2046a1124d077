import ArgumentParser

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "The keys that sign tokens: list and rotate them.",
        discussion: "Both work while a server runs on the same data directory; the server follows within 2 seconds.",
        subcommands: [KeyList.self, KeyRotate.self]
    )
}
