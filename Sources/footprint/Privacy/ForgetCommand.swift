import Access
import ArgumentParser
import FootprintServer
import Foundation
import Insights
import Logging
import Privacy

struct ForgetCommand: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Erase everything that is held about one person, and print a signed receipt.",
        discussion: """
            Erases the person's reports in the journal, the events in the store and the refused reports that mention the \
            uid, beside a running server or without one. What a crash interrupts is finished by the next start. The \
            receipt says what was erased where, and which exports may hold copies; it names the person by a keyed hash.

            With --verify: checks that a receipt is as it was signed, by this data directory where there is one, and \
            with --uid whom it is about. Ends with 1 where not.

            Examples:
              footprint forget --uid 42 --dry-run
              footprint forget --uid 42 > receipt.json
              footprint forget --verify receipt.json --uid 42
            """
    )

    @Option(help: ArgumentHelp("The person.", valueName: "uid"))
    var uid: String?

    @Flag(help: "Only say what would be erased.")
    var dryRun = false

    @Option(help: ArgumentHelp("Check this receipt; - reads stdin.", valueName: "file"), completion: .file())
    var verify: String?

    @OptionGroup(title: "Where the data is") var place: PlaceOptions

    func execute() async throws {
        if let verify {
            guard !dryRun else { throw CommandFailure.usage("--verify changes nothing: it takes no --dry-run") }
            return try ReceiptCheck(file: verify, uid: uid, dataDirectory: try dataDirectory()).run()
        }
        guard let uid else { throw CommandFailure.usage("say whom: --uid UID, or a receipt to check: --verify FILE") }
        let person = try Person.named(uid)
        let outcome =
            switch try place.place(place.config.settings(), role: .admin) {
            case .server: try await fromServer(person)
            case .store(let directory): try await fromFiles(person, directory)
            }
        Terminal.output.write(outcome.encoded() + [UInt8(ascii: "\n")])
        if !dryRun { Terminal.error.line(Self.summary(outcome)) }
    }

    private func dataDirectory() throws -> String {
        try place.data.directory(try place.config.settings())
    }

    // MARK: - Beside a server

    private func fromServer(_ person: Person) async throws -> JSONValue {
        var answer = try await server().order(path: "forget", ["uid": .string(person.uid), "dry_run": .bool(dryRun)])
        var told: String?
        while answer.isPending, case .string(let id)? = answer.data["id"] {
            if case .string(let reason)? = answer.data["reason"], reason != told {
                Terminal.error.line("the erasure \(id) goes on by itself: \(reason)")
                told = reason
            }
            try await Task.sleep(for: .seconds(1))
            answer = try await server().read(path: ["receipts", id])
        }
        return answer.data
    }

    /// With a token of its own for each call: an erasure may outlive one.
    private func server() throws -> ServerQuestions {
        guard case .server(let server) = try place.place(try place.config.settings(), role: .admin) else {
            throw CommandFailure.unable("the server has stopped; the erasure goes on when it starts again")
        }
        return server
    }

    // MARK: - Without one

    private func fromFiles(_ person: Person, _ directory: String) async throws -> JSONValue {
        try await LocalPersons(dataDirectory: directory).with { privacy in
            if dryRun { return try await privacy.erasures.preview(person) }
            let id = try privacy.erasures.order(person, by: CommandUser.actor)
            _ = await privacy.erasures.finishPending()
            switch try await privacy.erasures.wait(for: id, seconds: 0) {
            case .done(let receipt): return receipt.json
            case .pending(_, let reason):
                throw CommandFailure.unable(
                    "the erasure \(id) is not finished, and goes on at the next start: \(reason)"
                )
            }
        }
    }

    // MARK: - Words

    private static func summary(_ receipt: JSONValue) -> String {
        func count(_ place: String, _ name: String) -> Int {
            switch receipt[place]?[name] {
            case .int(let value)?: Int(clamping: value)
            case .uint(let value)?: Int(clamping: value)
            default: 0
            }
        }
        var line = "erased \(counted(count("store", "events"), "event"))"
        line += " and \(counted(count("store", "quarantine"), "refused report")) in the store"
        line += ", \(counted(count("journal", "records"), "record")) in the journal"
        if case .array(let exports)? = receipt["exports"], !exports.isEmpty {
            line += "; \(counted(exports.count, "export")) may hold copies, which the receipt names"
        }
        if case .string(let key)? = receipt["public_key"] { line += "; signed by \(key)" }
        return line
    }
}
