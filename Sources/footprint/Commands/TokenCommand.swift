import ArgumentParser

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Issue and revoke tokens, for servers, tests and demos.",
        discussion: "Both work while a server runs on the same data directory; the server follows within 2 seconds.",
        subcommands: [TokenIssue.self, TokenRevoke.self]
    )
}
