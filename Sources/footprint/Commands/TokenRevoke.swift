import Access
import ArgumentParser

struct TokenRevoke: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Stop a token from working.",
        discussion: """
            Give - to read the token from stdin: arguments can be seen by every user of the machine in the process \
            list, stdin cannot.

            Examples:
              footprint token revoke - < token.txt
              pass show footprint/token | footprint token revoke -
            """
    )

    @Argument(help: ArgumentHelp("The token, or - for stdin.", valueName: "token"))
    var token: String

    @OptionGroup var data: DataOption
    @OptionGroup var config: ConfigOption

    func execute() async throws {
        let access = try AccessFiles.open(try data.directory(try config.settings()))
        let text = token == "-" ? (readLine() ?? "") : token
        do {
            try access.revoke(token: text.trimmingSpaces)
        } catch {
            throw AccessFiles.failure(error)
        }
    }
}
