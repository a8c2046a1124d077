import ArgumentParser

@main
struct Footprint: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "footprint",
        abstract: "Collects what users do on pages, keeps it safe, answers questions about it.",
        discussion: """
            First look, three commands in two terminals:
              footprint serve
              footprint demo
              footprint query overview

            Every option that takes a value can also be set in the environment (--journal-keep as \
            FOOTPRINT_JOURNAL_KEEP) or in a YAML file given by --config or FOOTPRINT_CONFIG (journal-keep: 7d). \
            An option beats the environment, the environment beats the file.

            Exit codes: 0 done; 1 done, but something was refused or damaged; 2 could not be done; 64 wrong usage.

            Shell completion: footprint --generate-completion-script bash|zsh|fish
            """,
        version: Version.current,
        subcommands: [
            ServeCommand.self,
            AppCommand.self,
            TokenCommand.self,
            KeyCommand.self,
            AuditCommand.self,
            PlanCommand.self,
            SendCommand.self,
            DemoCommand.self,
            QueryCommand.self,
            SQLCommand.self,
            LiveCommand.self,
            ExportCommand.self,
            WhereCommand.self,
            ReplayCommand.self,
            ForgetCommand.self,
            AccessCommand.self,
            ReceiptsCommand.self,
            StoreCommand.self,
            JournalCommand.self,
            BenchCommand.self,
        ]
    )

    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        ArgumentSecrets.hide()
        await main(arguments)
    }
}
