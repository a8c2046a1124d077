import ArgumentParser
import Insights
import Privacy

struct ReceiptsCommand: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "receipts",
        abstract: "List what was erased, newest first, or print one receipt.",
        discussion: """
            Reads the data directory's files, and may run beside a server.

            Examples:
              footprint receipts
              footprint receipts 20240313T080000Z-4f1c9a02be77d3e1 > receipt.json
            """
    )

    @Argument(help: ArgumentHelp("Print this one.", valueName: "id"))
    var id: String?

    @Flag(help: "Print a JSON array.")
    var json = false

    @OptionGroup var data: DataOption
    @OptionGroup var config: ConfigOption

    func execute() async throws {
        let directory = PrivacyDirectory(
            dataDirectory: try DataOwner.become(of: try data.directory(try config.settings()))
        )
        if let id {
            if let receipt = try directory.receipt(id) {
                return Terminal.output.write(receipt.json.encoded() + [UInt8(ascii: "\n")])
            }
            guard try directory.pending(id) == nil else {
                throw CommandFailure.found("the erasure \(id) is not finished; a running server goes on with it")
            }
            throw CommandFailure.usage("\(PrivacyError.noReceipt(id: id))")
        }
        let pending = try directory.pending().reversed().map(\.id)
        let receipts = try directory.receipts(limit: .max)
        Listing(
            columns: ["id", "state", "finished", "by", "events", "refused", "journal records", "exports"],
            rows: pending.map { [.string($0), "pending"] + Array(repeating: .null, count: 6) }
                + receipts.map { Self.row($0.json) },
            json: pending.map { ["id": .string($0), "state": "pending"] } + receipts.map(\.json)
        ).print(asJSON: json)
    }

    private static func row(_ receipt: JSONValue) -> [JSONValue] {
        var exports = 0
        if case .array(let all)? = receipt["exports"] { exports = all.count }
        var finished = JSONValue.null
        if case .int(let seconds)? = receipt["finished"] { finished = .string(UTCTime.text(seconds)) }
        return [
            receipt["id"] ?? .null, "done", finished, receipt["by"] ?? .null, receipt["store"]?["events"] ?? .null,
            receipt["store"]?["quarantine"] ?? .null, receipt["journal"]?["records"] ?? .null, .int(Int64(exports)),
        ]
    }
}
