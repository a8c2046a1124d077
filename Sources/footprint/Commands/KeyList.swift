import Access
import ArgumentParser
import Console
import Insights

struct KeyList: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the keys by which tokens are verified; the last one signs.",
        discussion: """
            A key's id stands in the header of every token it signed. The keys themselves are never shown.

            Example:
              footprint key list
            """
    )

    @Flag(help: "Print a JSON array.")
    var json = false

    @OptionGroup var data: DataOption
    @OptionGroup var config: ConfigOption

    func execute() async throws {
        let keys = try AccessFiles.open(try data.directory(try config.settings())).keys()
        Listing(
            columns: ["id", "created", "retired"],
            rows: keys.map { key in
                [key.id, UTCTime.text(key.createdAtSeconds), key.retiredAtSeconds.map(UTCTime.text) ?? "signs"]
                    .map(JSONValue.string)
            },
            json: keys.map(\.json)
        ).print(asJSON: json)
    }
}
