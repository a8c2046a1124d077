import ArgumentParser

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Issue, list and revoke tokens, for people, servers, tests and demos.",
        discussion:
            "All of it works while a server runs on the same data directory; the server follows within 2 seconds.",
        subcommands: [TokenIssue.self, TokenList.self, TokenRevoke.self]
    )
}
