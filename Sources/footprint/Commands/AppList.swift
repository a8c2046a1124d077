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
        Listing(
            columns: ["appid", "created", "name"],
            rows: apps.map { [$0.id, UTCTime.text($0.createdAtSeconds), $0.name].map(JSONValue.string) },
            json: apps.map(\.json)
        ).print(asJSON: json)
    }
}
