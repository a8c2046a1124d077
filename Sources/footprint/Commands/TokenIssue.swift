import Access
import ArgumentParser

struct TokenIssue: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue",
        abstract: "Print a new token, and nothing else, on stdout.",
        discussion: """
            An app's token reports. A viewer's token asks questions and signs in to the console; an admin's also \
            changes apps, tokens and keys there. Who asked for it, and for whom, stands in the audit log; the token \
            itself is kept nowhere.

            Examples:
              TOKEN=$(footprint token issue --app app_k3v9zq2m7x4c8b1n)
              footprint token issue --app app_k3v9zq2m7x4c8b1n --ttl 30d > token.txt
              footprint token issue --viewer --name "Li Lei" --ttl 12h
              footprint token issue --admin --ttl 12h
            """
    )

    @Option(help: ArgumentHelp("Issue a token of this app.", valueName: "appid"))
    var app: String?

    @Flag(help: "Issue a token that asks, and changes nothing.")
    var viewer = false

    @Flag(help: "Issue a token that asks and changes.")
    var admin = false

    @Option(help: ArgumentHelp("For whom the viewer's or admin's token is; for the audit log.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("How long it works: 7200, 12h, 30d. (default: 2h)", valueName: "time"))
    var ttl: String?

    @OptionGroup var data: DataOption
    @OptionGroup var config: ConfigOption

    func execute() async throws {
        let settings = try config.settings()
        let bearer = try bearer(settings)
        let lifetime = Int64(try settings.value(.ttl, ttl) ?? 7_200)
        let access = try AccessFiles.open(try data.directory(settings))
        do {
            let token = try access.issueToken(for: bearer, name: name, ttlSeconds: lifetime, by: CommandUser.actor)
            Terminal.output.line(token.text)
        } catch {
            throw AccessFiles.failure(error)
        }
    }

    private func bearer(_ settings: Settings) throws -> TokenClaims.Bearer {
        guard [app != nil, viewer, admin].count(where: { $0 }) <= 1 else {
            throw CommandFailure.usage("give one of --app APPID, --viewer and --admin")
        }
        if viewer { return .administrator(.viewer) }
        if admin { return .administrator(.admin) }
        guard name == nil else {
            throw CommandFailure.usage("--name says for whom a --viewer or --admin token is; an app has its own name")
        }
        guard let app = try settings.value(.app, app) else {
            throw CommandFailure.usage("say for whom: --app APPID, --viewer or --admin")
        }
        return .app(app)
    }
}
