import ArgumentParser

struct AppCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "app",
        abstract: "Who may report: add, list and remove apps.",
        discussion:
            "All of it works while a server runs on the same data directory; the server follows within 2 seconds.",
        subcommands: [AppAdd.self, AppList.self, AppRemove.self]
    )
}
