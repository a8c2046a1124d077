import ArgumentParser
import FootprintClient
import Foundation
import Insights

struct BenchCommand: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure this machine: reports and events a second, latency, processor time, disk.",
        discussion: """
            For each size of report it starts a server of its own with default settings on a fresh data directory, keeps \
            every connection busy over loopback, and removes what it made. Each report has another uid; one second of \
            warming up is not counted. The generator runs beside the server and takes its share of the processors.

            The data directory lies in the current directory unless --data names another: measure the disk you mean \
            to use.

            Examples:
              footprint bench
              footprint bench --seconds 30 --connections 256 --sizes 1 --sizes 50
              footprint bench --url http://10.0.0.7:8080 --token-file token.txt
            """
    )

    @Option(help: ArgumentHelp("Measure this long for each size. (default: 10)", valueName: "seconds"))
    var seconds: String?

    @Option(help: ArgumentHelp("Keep-alive connections. (default: 64)", valueName: "count"))
    var connections: String?

    @Option(help: ArgumentHelp("Events in a report; repeatable. (default: 1 10 50 500)", valueName: "events"))
    var sizes: [String] = []

    @Option(help: ArgumentHelp("Measure a server that runs already (http only).", valueName: "url"))
    var url: String?

    @OptionGroup var token: TokenOptions

    @Option(
        help: ArgumentHelp("Where to put the data directory. (default: the current directory)", valueName: "directory"),
        completion: .directory
    )
    var data: String?

    @Option(
        help: ArgumentHelp("table, json or csv. (default: table)", valueName: "format"),
        completion: .list(AnswerFormat.allCases.map(\.rawValue))
    )
    var format: String?

    @OptionGroup var config: ConfigOption

    func execute() async throws {
        let settings = try config.settings()
        let format = try settings.value(.format, format) ?? .table
        let sizes = try settings.values(.benchSize, sizes) ?? [1, 10, 50, 500]
        let bench = Bench(
            seconds: try settings.value(.benchSeconds, seconds) ?? 10,
            connections: try settings.value(.connections, connections) ?? 64
        )
        let parent = data ?? FileManager.default.currentDirectoryPath
        let target = try settings.value(.url, url)
        let machine = MachineFacts.line(dataDirectory: parent)
        Terminal.error.line("footprint \(Version.current) on \(machine)")
        #if DEBUG
        Terminal.error.line("this is a debug build: the figures say nothing about a release build")
        #endif
        var rows: [BenchRow] = []
        for size in sizes {
            if let target {
                rows.append(try await bench.measure(events: size, url: target, token: try token.token(settings)))
            } else {
                rows.append(try await bench.measure(events: size, under: parent))
            }
        }
        AnswerPrinter(format: format).print(
            AnswerTable(columns: BenchRow.columns, rows: rows.map(\.cells))
        )
        for row in rows {
            if let example = row.example {
                Terminal.error.line("\(row.events) events a report: not every answer was 0, for example: \(example)")
            }
        }
        if rows.contains(where: { $0.example != nil }) { throw CommandFailure.found("") }
    }
}
