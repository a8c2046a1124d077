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
        guard !json else {
            Terminal.output.write(JSONValue.array(keys.map(\.json)).encoded() + [UInt8(ascii: "\n")])
            return
        }
        let rows = keys.map { key in
            [key.id, UTCTime.text(key.createdAtSeconds), key.retiredAtSeconds.map(UTCTime.text) ?? "signs"]
                .map(JSONValue.string)
        }
        Terminal.output.write(AnswerTable(columns: ["id", "created", "retired"], rows: rows).text)
    }
}
