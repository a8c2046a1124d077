import Access
import ArgumentParser
import Console
import Insights

struct AppList: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the apps that may report.",
        discussion: """
            Examples:
              footprint app list
              footprint app list --json | jq -r '.[].appid'
            """
    )

    @Flag(help: "Print a JSON array.")
    var json = false

    @OptionGroup var data: DataOption
    @OptionGroup var config: ConfigOption

    func execute() async throws {
        let apps = try AccessFiles.open(try data.directory(try config.settings())).apps()
        guard json else {
            let rows = apps.map { app in
                [app.id, UTCTime.text(app.createdAtSeconds), app.name].map(JSONValue.string)
            }
            Terminal.output.write(AnswerTable(columns: ["appid", "created", "name"], rows: rows).text)
            return
        }
        Terminal.output.write(JSONValue.array(apps.map(\.json)).encoded() + [UInt8(ascii: "\n")])
    }
}
