import Access
import ArgumentParser

struct AppAdd: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add an app; prints its appid and app_secret, the only time the secret is shown.",
        discussion: """
            Only a hash of the secret is kept: write it down now.

            Examples:
              footprint app add "H5 shop"
              footprint app add shop --json | jq -r .appid
            """
    )

    @Argument(help: ArgumentHelp("What people call the app.", valueName: "name"))
    var name: String

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var data: DataOption
    @OptionGroup var config: ConfigOption

    func execute() async throws {
        let access = try AccessFiles.open(try data.directory(try config.settings()))
        let credentials: AppCredentials
        do {
            credentials = try access.addApp(name: name, by: CommandUser.actor)
        } catch {
            throw AccessFiles.failure(error)
        }
        if json {
            Terminal.output.line(#"{"appid":"\#(credentials.id)","app_secret":"\#(credentials.secret)"}"#)
        } else {
            Terminal.output.line("appid       \(credentials.id)\napp_secret  \(credentials.secret)")
        }
    }
}
