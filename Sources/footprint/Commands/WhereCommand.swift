import ArgumentParser
import Insights

struct WhereCommand: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "where",
        abstract: "Where is my event? Follow a trace_id or a uid from its arrival to the answers.",
        discussion: """
            Says what is known: refused and why, in the journal and not in the store yet, in the store and on which day \
            it is counted; and what keeps a question from showing it. Where no server runs, the store alone is looked at.

            Examples:
              footprint where --trace-id a1
              footprint where --uid 42 --from 2024-03-13 --to 2024-03-13
              footprint where --trace-id a1 --format json
            """
    )

    @Option(
        name: [.customLong("trace-id"), .customLong("trace_id")],
        help: ArgumentHelp("The trace; this or --uid.", valueName: "id")
    )
    var traceID: String?

    @Option(help: ArgumentHelp("The user; this or --trace-id.", valueName: "uid"))
    var uid: String?

    @Option(help: ArgumentHelp("Arrived on this day (2024-03-13) or later, or Unix seconds.", valueName: "moment"))
    var from: String?

    @Option(
        help: ArgumentHelp(
            "Arrived on this day, inclusive, or before, or Unix seconds, exclusive.",
            valueName: "moment"
        )
    )
    var to: String?

    @Option(help: ArgumentHelp("Time zone of days. (default: Asia/Shanghai)", valueName: "zone"))
    var tz: String?

    @Option(
        help: ArgumentHelp(
            "The sentences in Chinese (zh) or English (en). (default: the terminal's)",
            valueName: "language"
        ),
        completion: .list(AnswerLanguage.allCases.map(\.rawValue))
    )
    var lang: String?

    @OptionGroup(title: "Whom to ask, how to print") var ask: AskOptions

    func execute() async throws {
        let settings = try ask.config.settings()
        let format = try settings.value(.format, ask.format) ?? .table
        let given = [
            ("trace_id", traceID), ("uid", uid), ("from", from), ("to", to), ("tz", try settings.value(.tz, tz)),
        ]
        let asked = AskedQuestion(
            path: ["where"],
            parameters: given.compactMap { name, value in value.map { (name: name, value: $0) } },
            language: try settings.value(.lang, lang) ?? .ofTerminal
        )
        let data = try await ask.answer(asked, settings)
        guard format == .table else { return AnswerPrinter(format: format).print(data) }
        guard case .string(let summary)? = data["summary"], case .array(let stages)? = data["stages"] else {
            throw CommandFailure.unable("the server does not answer like a Footprint server")
        }
        Terminal.output.line(AnswerTable.visible(summary))
        for stage in stages { Terminal.output.write("\n" + Self.table(of: stage).text) }
    }

    /// A stage as a table of its own, a line a fact: side by side, twenty of them are wider than any terminal.
    private static func table(of stage: JSONValue) -> AnswerTable {
        guard case .object(let members) = stage else { return AnswerTable(stage) }
        let facts = members.filter { $0.value != .null && $0.value != .array([]) }.map { member in
            switch (member.name, member.value) {
            case ("time", .int(let seconds)), ("event_time", .int(let seconds)): (member.name, UTCTime.text(seconds))
            default: (member.name, AnswerTable.cellText(member.value))
            }
        }
        guard let first = facts.first else { return AnswerTable(stage) }
        return AnswerTable(
            columns: [first.0, first.1],
            rows: facts.dropFirst().map { [.string($0.0), .string($0.1)] }
        )
    }
}
