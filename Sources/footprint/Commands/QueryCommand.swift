import ArgumentParser
import FootprintServer
import Foundation
import Insights
import Logging
import Reports

struct QueryCommand: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Ask a question; the answer is the console's.",
        discussion: """
            Asks the server that runs on the data directory; where none runs, the store itself.

            Questions:
            \(questions)

            Examples:
              footprint query overview
              footprint query trend --metric pv,uv --interval hour --from 2024-03-13 --to 2024-03-13
              footprint query breakdown --by channel --device-type 1 --device-type 2
              footprint query funnel --steps page:1,page:5,operate:11000 --window 3600
              footprint query users 42 --limit 20 --format json
              footprint query pages --url https://stats.example --format csv > pages.csv
            """
    )

    @Argument(
        help: ArgumentHelp("Which question.", valueName: "question"),
        completion: .list(Insights.catalogue.map(\.name))
    )
    var question: String

    @Argument(help: ArgumentHelp("The trace or user that \"trace\" and \"users\" ask about.", valueName: "id"))
    var subject: String?

    @OptionGroup(title: "Period") var period: PeriodOptions
    @OptionGroup(title: "Filters (each repeatable)") var filters: FilterOptions
    @OptionGroup(title: "Shape") var shape: ShapeOptions

    @Option(
        help: ArgumentHelp("Names in Chinese (zh) or English (en). (default: the terminal's)", valueName: "language"),
        completion: .list(AnswerLanguage.allCases.map(\.rawValue))
    )
    var lang: String?

    @OptionGroup(title: "Whom to ask, how to print") var ask: AskOptions

    func execute() async throws {
        let settings = try ask.config.settings()
        let format = try settings.value(.format, ask.format) ?? .table
        let language = try settings.value(.lang, lang) ?? .ofTerminal
        let asked = AskedQuestion(
            path: [question] + (subject.map { [$0] } ?? []),
            parameters: try period.parameters(settings) + filters.parameters + shape.parameters,
            language: language
        )
        let data = try await ask.answer(asked, settings)
        AnswerPrinter(format: format).print(data)
    }

    private static var questions: String {
        Insights.catalogue
            .map { entry in
                let name = entry.name + (entry.subject.map { " \($0.name.uppercased())" } ?? "")
                return "  " + name.padding(toLength: 16, withPad: " ", startingAt: 0) + entry.summary[.english]
            }
            .joined(separator: "\n")
    }
}

extension AnswerLanguage {
    /// As POSIX orders the variables.
    static var ofTerminal: AnswerLanguage {
        let environment = ProcessInfo.processInfo.environment
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        return locale?.hasPrefix("zh") == true ? .zh : .en
    }
}
