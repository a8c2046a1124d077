import ArgumentParser

struct JournalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal",
        abstract: "Look after the journal, which holds every acknowledged report.",
        subcommands: [JournalVerify.self]
    )
}
