import Access
import ArgumentParser

struct TokenRevoke: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Stop a token from working.",
        discussion: """
            By its id, as `footprint token list` prints it, or by the token itself. Give - to read a token from stdin: \
            arguments can be seen by every user of the machine in the process list, for a moment at least; stdin cannot.

            Examples:
              footprint token revoke AAECAwQFBgcICQoLDA0ODw
              footprint token revoke - < token.txt
              pass show footprint/token | footprint token revoke -
            """
    )

    @Argument(help: ArgumentHelp("The token's id, the token, or - for stdin.", valueName: "token"))
    var token: String

    @OptionGroup var data: DataOption
    @OptionGroup var config: ConfigOption

    func execute() async throws {
        let access = try AccessFiles.open(try data.directory(try config.settings()))
        let text = (token == "-" ? (readLine() ?? "") : token).trimmingSpaces
        do {
            if TokenID(text) != nil {
                try access.revoke(tokenID: text, by: CommandUser.actor)
            } else {
                try access.revoke(token: text, by: CommandUser.actor)
            }
        } catch {
            throw AccessFiles.failure(error)
        }
    }
}
