import Access
import ArgumentParser
import Foundation
import Insights

struct ReplayCommand: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Try refused reports again, through the tracking plan as it is now.",
        discussion: """
            Reports that a server refused (1001) wait in its quarantine. Those that are accepted now are stored with the \
            time they arrived at, each once, however often this is run; the others stay, and are counted by reason.

            Examples:
              footprint replay --dry-run
              footprint replay --reason not_in_plan --since 7d
              footprint replay --since 2024-03-01 --app app_k3v9zq2m7x4c8b1n
            """
    )

    @Option(help: ArgumentHelp("Only this reason, such as not_in_plan.", valueName: "code"))
    var reason: String?

    @Option(help: ArgumentHelp("Only this app's reports.", valueName: "appid"))
    var app: String?

    @Option(help: ArgumentHelp("Only what arrived since: 7d, a day, or Unix seconds.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Only what arrived before: 7d, a day, or Unix seconds.", valueName: "time"))
    var until: String?

    @Flag(help: "Only say what would happen.")
    var dryRun = false

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var ask: AskOptions

    func execute() async throws {
        let settings = try ask.config.settings()
        let zone = try settings.value(.tz, nil) ?? "Asia/Shanghai"
        var parameters: [(name: String, value: String)] = []
        if let reason { parameters.append(("reason", reason)) }
        if let app { parameters.append(("app", app)) }
        if let since { parameters.append(("since", try Self.seconds(since, "--since", zone))) }
        if let until { parameters.append(("until", try Self.seconds(until, "--until", zone))) }
        if dryRun { parameters.append(("dry_run", "1")) }
        guard case .server(let server) = try ask.place(settings, role: .admin) else {
            throw CommandFailure.unable(
                "no server runs on this data directory: start `footprint serve`, then try again"
            )
        }
        let outcome = try await server.change(path: "replay", parameters)
        if json {
            Terminal.output.write(outcome.encoded() + [UInt8(ascii: "\n")])
        } else {
            Terminal.output.line(Self.text(outcome, isDryRun: dryRun))
        }
    }

    private static func text(_ outcome: JSONValue, isDryRun: Bool) -> String {
        func count(_ name: String, in value: JSONValue) -> Int64 {
            if case .int(let count)? = value[name] { count } else { 0 }
        }
        func text(_ name: String, in value: JSONValue) -> String {
            if case .string(let text)? = value[name] { text } else { "" }
        }
        let verb = isDryRun ? "would be accepted" : "accepted"
        var lines = ["\(count("replayed", in: outcome)) reports \(verb), with \(count("events", in: outcome)) events"]
        if case .array(let refused)? = outcome["refused"] {
            lines += refused.map { why in
                "\(count("count", in: why)) still refused: \(text("reason", in: why)) (\(text("detail", in: why)))"
            }
        }
        let cut = count("cut", in: outcome)
        if cut > 0 { lines.append("\(cut) cannot be tried: too long, only their beginning was kept") }
        return lines.joined(separator: "\n")
    }

    /// A time as Unix seconds: ago, as a day's beginning, or as it is.
    private static func seconds(_ text: String, _ option: String, _ zone: String) throws(CommandFailure) -> String {
        if let last = text.last, last.isLetter, let ago = SpanOfTime.seconds(text) {
            return String(Int64(Date().timeIntervalSince1970) - Int64(ago))
        }
        if text.allSatisfy({ $0.isASCII && $0.isNumber }), Int64(text) != nil { return text }
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: zone) ?? .gmt
        formatter.dateFormat = "yyyy-MM-dd"
        formatter.isLenient = false
        guard text.count == 10, let date = formatter.date(from: text) else {
            throw .usage(
                "\(option): expected a time ago such as 7d, a day such as 2024-03-01, or Unix seconds, found \"\(text)\""
            )
        }
        return String(Int64(date.timeIntervalSince1970))
    }
}
