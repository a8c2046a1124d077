import Access
import ArgumentParser
import Console
import Insights

struct AuditCommand: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Who changed what: print the audit log, newest last, and check that nobody changed it.",
        discussion: """
            Entries are chained: a line that was changed, taken out or put in is found and named, and the command ends \
            with 1. Lines cut off at the end are not found from the file alone; the number and chain that stand on \
            stderr, kept elsewhere, show them.

            Examples:
              footprint audit
              footprint audit --action token --from 2024-03-01 --to 2024-03-31
              footprint audit --who cli:alice --limit 1000 --json
            """
    )

    @Option(help: ArgumentHelp("First day, in UTC (2024-03-13), or Unix seconds.", valueName: "moment"))
    var from: String?

    @Option(help: ArgumentHelp("Last day, inclusive, or Unix seconds, exclusive.", valueName: "moment"))
    var to: String?

    @Option(
        help: ArgumentHelp("Only this action, such as app.add, or family, such as app.", valueName: "action"),
        completion: .list(AuditAction.allCases.map(\.rawValue))
    )
    var action: String?

    @Option(help: ArgumentHelp("Only this author, such as cli:alice, or kind, such as admin.", valueName: "who"))
    var who: String?

    @Option(help: ArgumentHelp("At most so many, the newest.", valueName: "count"))
    var limit = 100

    @Flag(help: "Print a JSON array.")
    var json = false

    @OptionGroup var data: DataOption
    @OptionGroup var config: ConfigOption

    func execute() async throws {
        guard limit >= 1 else { throw CommandFailure.usage("--limit: expected a whole number, at least 1") }
        let filter = AuditFilter(
            fromSeconds: try from.map { try Self.seconds($0, "--from", endOfDay: false) },
            toSeconds: try to.map { try Self.seconds($0, "--to", endOfDay: true) },
            action: action,
            who: who
        )
        let log = try AccessFiles.open(try data.directory(try config.settings())).audit
        let (entries, verification): ([AuditEntry], AuditVerification)
        do throws(AccessError) {
            entries = try log.page(matching: filter, limit: limit).entries.reversed()
            verification = try log.verify()
        } catch {
            throw AccessFiles.failure(error)
        }
        Self.listing(entries).print(asJSON: json)
        try Self.conclude(verification, log)
    }

    private static func listing(_ entries: [AuditEntry]) -> Listing {
        Listing(
            columns: ["seq", "time", "who", "address", "action", "target", "detail"],
            rows: entries.map { entry in
                let detail = entry.detailJSON.plainText
                let texts = [
                    UTCTime.text(entry.timeSeconds), entry.who, entry.address ?? "", entry.action, entry.target ?? "",
                    detail,
                ]
                return [.int(entry.sequence)] + texts.map(JSONValue.string)
            },
            json: entries.map(\.json)
        )
    }

    private static func conclude(_ verification: AuditVerification, _ log: AuditLog) throws {
        if let broken = verification.broken {
            let error = AccessError.auditBroken(file: log.path, line: broken.line, reason: broken.reason)
            throw CommandFailure.found("\(error)")
        }
        var line = "\(counted(verification.entries, "entry", plural: "entries")), each as it was written"
        if verification.entries > 0 {
            line += "; the last is number \(verification.lastSequence) with chain \(verification.lastChain)"
        }
        if verification.tornBytes > 0 {
            line += "; a crash left \(counted(verification.tornBytes, "byte")) of another, which the next one drops"
        }
        Terminal.error.line(line)
    }

    private static func seconds(_ text: String, _ option: String, endOfDay: Bool) throws -> Int64 {
        if let day = UTCTime.start(ofDay: text) { return day + (endOfDay ? 86_400 : 0) }
        guard let seconds = Int64(text), seconds >= 0 else {
            throw CommandFailure.usage("\(option): expected a date (2024-03-13) or Unix seconds, found \"\(text)\"")
        }
        return seconds
    }
}

extension JSONValue {
    /// A flat object as `name=value name=value`.
    fileprivate var plainText: String {
        guard case .object(let members) = self else { return "" }
        return members.map { member in
            let value =
                if case .string(let text) = member.value { text } else {
                    String(decoding: member.value.encoded(), as: UTF8.self)
                }
            return "\(member.name)=\(value)"
        }.joined(separator: " ")
    }
}
