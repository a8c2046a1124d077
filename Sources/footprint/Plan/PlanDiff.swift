import ArgumentParser
import Foundation
import Insights
import Plans
import Reports

struct PlanDiff: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Say what is different between two plans, and what the new one would have refused.",
        discussion: """
            Each plan is a file, a version's number, or "current". The events of the last days that are in the store \
            are held against NEW: how many would have broken which of its rules. A report is refused as a whole, so \
            that with each of them the other events of its report would have been refused too.

            Examples:
              footprint plan diff current plan.yml
              footprint plan diff 3 4 --days 30
            """
    )

    @Argument(help: ArgumentHelp("The plan before.", valueName: "old"))
    var old: String

    @Argument(help: ArgumentHelp("The plan after.", valueName: "new"))
    var new: String

    @Option(help: ArgumentHelp("Count the events of the last so many days. (default: 7)", valueName: "count"))
    var days: String?

    @Option(help: ArgumentHelp("Time zone of days. (default: Asia/Shanghai)", valueName: "zone"))
    var tz: String?

    @OptionGroup var ask: AskOptions

    func execute() async throws {
        let settings = try ask.config.settings()
        let format = try settings.value(.format, ask.format) ?? .table
        guard format != .csv else { throw CommandFailure.usage("--format: plan diff prints a table or json") }
        let days = try settings.value(.days, days) ?? 7
        let zone = try settings.value(.tz, tz) ?? "Asia/Shanghai"
        guard TimeZone(identifier: zone) != nil else {
            throw CommandFailure.usage("--tz: expected a time zone such as Asia/Shanghai, found \"\(zone)\"")
        }
        let directory = try ask.data.directory(settings)
        let before = try PlanSource(old).read(dataDirectory: directory)
        let after = try PlanSource(new).read(dataDirectory: directory)
        let changes = PlanChange.between(before, after)
        // Two files can be compared anywhere; events are only where there is a server or a data directory.
        let hasEvents = try settings.value(.url, ask.url) != nil || FileManager.default.fileExists(atPath: directory)
        let refused = hasEvents ? try await refusals(by: after, days: days, zone: zone, settings) : nil
        switch format {
        case .json: Terminal.output.write(Self.json(changes, refused, days: days).encoded() + [UInt8(ascii: "\n")])
        case .table, .csv: Self.print(changes, refused, days: days)
        }
    }

    // MARK: - Counting

    /// Events of one day that break one rule.
    private struct Refused {
        var day: String
        var rule: String
        var events: Int
    }

    /// What the new plan would have refused.
    private struct Refusals {
        var rows: [Refused] = []
        /// How many events that are, each once; nil where the rules are too many to ask for all at once.
        var events: Int?
    }

    private func refusals(
        by plan: TrackingPlan,
        days: Int,
        zone: String,
        _ settings: Settings
    ) async throws -> Refusals {
        let statements = PlanImpact(plan).statements(days: days, zone: zone)
        let place = try ask.place(settings)
        var refusals = Refusals(events: statements.count == 1 ? 0 : nil)
        for statement in statements {
            let answer =
                switch place {
                case .server(let server): try await server.answer(sql: statement.sql)
                case .store(let directory):
                    try await LocalQuestions(dataDirectory: directory).answer(sql: statement.sql)
                }
            guard case .array(let days)? = answer["rows"] else {
                throw CommandFailure.unable("the server does not answer like a Footprint server")
            }
            for day in days {
                guard case .string(let name)? = day[0] else { continue }
                refusals.events = refusals.events.map { $0 + (day[1]?.count ?? 0) }
                for (index, rule) in statement.rules.enumerated() {
                    guard let events = day[index + 2]?.count, events > 0 else { continue }
                    refusals.rows.append(Refused(day: name, rule: rule.text, events: events))
                }
            }
        }
        // The newest day first, and there the most.
        refusals.rows.sort { ($0.day, $0.events) > ($1.day, $1.events) }
        return refusals
    }

    // MARK: - Showing

    private static func json(_ changes: [PlanChange], _ refused: Refusals?, days: Int) -> JSONValue {
        [
            "changes": .array(
                changes.map { change in
                    [
                        "kind": .string(change.kind.rawValue),
                        "section": .string(change.section),
                        "id": change.id.map { .int(Int64($0)) } ?? .null,
                        "before": change.before.map(JSONValue.string) ?? .null,
                        "after": change.after.map(JSONValue.string) ?? .null,
                    ]
                }
            ),
            "days": refused == nil ? .null : .int(Int64(days)),
            "events": refused?.events.map { .int(Int64($0)) } ?? .null,
            "refused": refused.map { refused in
                .array(
                    refused.rows.map { row in
                        ["day": .string(row.day), "events": .int(Int64(row.events)), "rule": .string(row.rule)]
                    }
                )
            } ?? .null,
        ]
    }

    private static func print(_ changes: [PlanChange], _ refused: Refusals?, days: Int) {
        if changes.isEmpty {
            Terminal.output.line("the two plans say the same")
        } else {
            let rows: [[JSONValue]] = changes.map { change in
                [
                    .string(change.kind.rawValue), .string(change.section),
                    change.id.map { .int(Int64($0)) } ?? .string(""),
                    .string(change.before ?? ""), .string(change.after ?? ""),
                ]
            }
            Terminal.output.write(AnswerTable(columns: ["", "section", "id", "before", "after"], rows: rows).text)
        }
        guard let refused else {
            Terminal.error.line("no data directory: events were not counted")
            return
        }
        let period = days == 1 ? "today" : "the last \(days) days"
        guard !refused.rows.isEmpty else {
            Terminal.output.line("\nThe new plan would have refused none of the events of \(period).")
            return
        }
        let events = refused.events.map { counted($0, "event") } ?? "events"
        Terminal.output.line("\nThe new plan would have refused \(events) of \(period):")
        let rows: [[JSONValue]] = refused.rows.map { [.string($0.day), .int(Int64($0.events)), .string($0.rule)] }
        Terminal.output.write(AnswerTable(columns: ["day", "events", "rule"], rows: rows).text)
    }
}

extension JSONValue {
    /// A number of rows.
    fileprivate var count: Int? {
        switch self {
        case .int(let value): Int(value)
        case .uint(let value): Int(exactly: value)
        default: nil
        }
    }
}
