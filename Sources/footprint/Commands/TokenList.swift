import Access
import ArgumentParser
import Console
import Insights

struct TokenList: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the tokens that people asked for and that are still good, newest first.",
        discussion: """
            By command or in the console: tokens that apps get over HTTP for their secret are not listed. The tokens \
            themselves are not kept and cannot be shown; an id revokes one.

            Examples:
              footprint token list
              footprint token list --json | jq -r '.[] | select(.kind == "viewer").id'
            """
    )

    @Flag(help: "Print a JSON array.")
    var json = false

    @OptionGroup var data: DataOption
    @OptionGroup var config: ConfigOption

    func execute() async throws {
        let access = try AccessFiles.open(try data.directory(try config.settings()))
        let tokens: [IssuedToken]
        do {
            tokens = try access.issuedTokens()
        } catch {
            throw AccessFiles.failure(error)
        }
        Listing(
            columns: ["id", "kind", "for", "issued", "expires", "by"],
            rows: tokens.map { token in
                [
                    token.id, token.kind, Self.owner(of: token), UTCTime.text(token.issuedAtSeconds),
                    UTCTime.text(token.expiresAtSeconds), token.by,
                ].map(JSONValue.string)
            },
            json: tokens.map(\.json)
        ).print(asJSON: json)
    }

    private static func owner(of token: IssuedToken) -> String {
        if case .app(let app) = token.bearer { app } else { token.name ?? "" }
    }
}
