import ArgumentParser
import Console
import EventStore
import Foundation
import Insights
import NIOCore
import NIOPosix
import Privacy

struct ExportCommand: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Take raw events out: JSON Lines, CSV or Parquet.",
        discussion: """
            Every event of the period with every column of the events table, in no particular order within a day. A \
            server that runs on the data directory is asked, else the store is opened. The file takes its name when it \
            is whole.

            Examples:
              footprint export --from 2024-03-01 --to 2024-03-31 -o march.jsonl
              footprint export --format parquet --channel 2 -o mini-program.parquet
              footprint export --format csv -o - | gzip > events.csv.gz
            """
    )

    @OptionGroup(title: "Period") var period: PeriodOptions
    @OptionGroup(title: "Filters (each repeatable)") var filters: FilterOptions

    @Option(
        help: ArgumentHelp("jsonl, csv or parquet. (default: jsonl)", valueName: "format"),
        completion: .list(FileFormat.allCases.map(\.rawValue))
    )
    var format: String?

    @Option(name: [.short, .long], help: ArgumentHelp("Where to; - is stdout.", valueName: "file"))
    var output: String

    @OptionGroup(title: "Whom to ask") var place: PlaceOptions

    /// How long the token lasts that is made for a server of this machine: it is looked at once, at the beginning.
    private static let tokenSeconds: Int64 = 120

    func execute() async throws {
        let settings = try place.config.settings()
        let destination = output == "-" ? "-" : URL(filePath: output).standardizedFileURL.path(percentEncoded: false)
        var parameters = try period.parameters(settings) + filters.parameters
        if let format { parameters.append(("format", format)) }
        if destination.utf8.count <= 128 { parameters.append(("as", destination)) }
        let export = try Self.checked(parameters)
        let place = try place.place(settings, tokenSeconds: Self.tokenSeconds)
        let file = try ExportFile(output)
        let tally = ExportTally()
        let clock = ContinuousClock()
        let start = clock.now
        let isText = export.format != .parquet
        let progress = { @Sendable () -> ProgressLine in
            tally.progress(isText: isText, elapsedSeconds: (clock.now - start) / .seconds(1))
        }
        try await ProgressReporter().show(progress) {
            switch place {
            case .server(let server):
                try await ServerExport(server: server, parameters: parameters).run(tally, into: file)
            case .store(let directory):
                try await LocalExport(dataDirectory: directory, export: export).run(tally, into: file)
            }
        }
        try file.finish()
        Terminal.error.line("\(counted(tally.expectedRows, "event"))\(output == "-" ? "" : " in \(output)")")
    }

    /// Wrong is said before anything is opened.
    private static func checked(_ parameters: [(name: String, value: String)]) throws(CommandFailure) -> EventExport {
        do throws(QuestionError) {
            return try EventExport(parameters: parameters, nowSeconds: AccessFiles.nowSeconds())
        } catch {
            switch error {
            case .badParameter(let detail): throw .usage(detail)
            case .unknownQuestion, .store: throw .unable("\(error)")
            }
        }
    }
}
