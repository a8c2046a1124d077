import Access
import ArgumentParser

struct TokenIssue: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue",
        abstract: "Print a new token, and nothing else, on stdout.",
        discussion: """
            An app's token reports; an admin token asks questions and signs in to the console.

            Examples:
              TOKEN=$(footprint token issue --app app_k3v9zq2m7x4c8b1n)
              footprint token issue --app app_k3v9zq2m7x4c8b1n --ttl 30d > token.txt
              footprint token issue --admin --ttl 12h
            """
    )

    @Option(help: ArgumentHelp("Issue a token of this app.", valueName: "appid"))
    var app: String?

    @Flag(help: "Issue an admin token.")
    var admin = false

    @Option(help: ArgumentHelp("How long it works: 7200, 12h, 30d. (default: 2h)", valueName: "time"))
    var ttl: String?

    @OptionGroup var data: DataOption
    @OptionGroup var config: ConfigOption

    func execute() async throws {
        if admin, app != nil {
            throw CommandFailure.usage("give --app APPID or --admin, not both")
        }
        let settings = try config.settings()
        let lifetime = Int64(try settings.value(.ttl, ttl) ?? 7_200)
        let access = try AccessFiles.open(try data.directory(settings))
        let now = AccessFiles.nowSeconds()
        if admin {
            Terminal.output.line(access.issueAdminToken(ttlSeconds: lifetime, nowSeconds: now))
            return
        }
        guard let app = try settings.value(.app, app) else {
            throw CommandFailure.usage("say for whom: --app APPID or --admin")
        }
        do {
            Terminal.output.line(try access.issueToken(app: app, ttlSeconds: lifetime, nowSeconds: now))
        } catch {
            throw AccessFiles.failure(error)
        }
    }
}
