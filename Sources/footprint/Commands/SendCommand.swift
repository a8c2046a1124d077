import ArgumentParser
import FootprintClient
import Foundation

struct SendCommand: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Send events from JSON Lines files to a server.",
        discussion: """
            A line is one report as the API takes it, or one flat event: the head's fields (uid, openid, device_type, \
            business_type) beside the item's. Flat events of one user are sent together. Values are forwarded digit for \
            digit, and fields the server does not know go along. Files packed with gzip are unpacked; - is stdin.

            While the server is busy or out of reach, send tries again; events with a trace_id are counted once even if \
            an answer was lost, so a file may safely be sent again.

            Exit codes: 0 every line was accepted; 1 some were refused, and are listed; 2 could not send.

            Examples:
              footprint send events.jsonl.gz --to http://127.0.0.1:8080 --token-file token.txt
              zcat 2024-*.gz | footprint send - --to https://stats.example --rate 20000
              footprint send a.jsonl b.jsonl --to http://127.0.0.1:8080 --refused refused.tsv

            A line, flat: {"uid":"42","openid":"o1","event_time":1710288000,"operate_id":10000,"page_id":7}
            """
    )

    @Argument(
        help: ArgumentHelp("JSON Lines, plain or gzip; - for stdin.", valueName: "file"),
        completion: .file(extensions: ["jsonl", "ndjson", "json", "gz"])
    )
    var files: [String]

    @Option(help: ArgumentHelp("The server's address, such as http://127.0.0.1:8080.", valueName: "url"))
    var to: String?

    @OptionGroup var token: TokenOptions

    @OptionGroup var sending: SendOptions

    @Option(
        help: ArgumentHelp("Write every refused line's place and reason here.", valueName: "file"),
        completion: .file()
    )
    var refused: String?

    @OptionGroup var config: ConfigOption

    func execute() async throws {
        let settings = try config.settings()
        let plan = try sending.plan(settings)
        guard let url = try settings.value(.to, to) else {
            throw CommandFailure.usage("say where to: --to http://127.0.0.1:8080, or FOOTPRINT_TO")
        }
        let token = try token.token(settings)
        let names = files.map { $0 == "-" ? "stdin" : $0 }
        let totalBytes = try totalBytes()
        let refusals = try settings.value(.refused, refused).map { (path) throws in try RefusalFile(path: path) }
        let tally = Tally { place, reason in
            refusals?.write("\(names[Int(place.file)]):\(place.line)", reason)
        }
        let (batch, paths) = (plan.batch, files)
        var failure: CommandFailure?
        do {
            try await plan.run(
                to: url,
                token: token,
                tally: tally,
                fraction: { totalBytes.map { $0 == 0 ? 1 : Double(tally.bytesRead) / Double($0) } },
                produce: { (pipe) throws(CommandFailure) in
                    try LineSource(names: names, batch: batch, tally: tally, pipe: pipe).run(paths)
                }
            )
        } catch let error as CommandFailure {
            failure = error
        }
        try SendSummary(counts: tally.counts, places: names).conclude(failure)
    }

    /// Of all files together; nil where one is a pipe. Opens each, so that a missing one is known before any is sent.
    private func totalBytes() throws -> Int? {
        var total: Int? = 0
        for file in files {
            let size = try InputFile(path: file).sizeBytes
            total = total.flatMap { sum in size.map { sum + $0 } }
        }
        return total
    }
}

struct TokenOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The app's token. FOOTPRINT_TOKEN or --token-file keep it out of the process list.",
            valueName: "token"
        )
    )
    var token: String?

    @Option(help: ArgumentHelp("Read the token from a file.", valueName: "file"), completion: .file())
    var tokenFile: String?

    func token(_ settings: Settings) throws -> String {
        guard let token = try given(settings) else {
            throw CommandFailure.usage("give a token: --token-file FILE, FOOTPRINT_TOKEN or --token TOKEN")
        }
        return token
    }

    func given(_ settings: Settings) throws -> String? {
        // What is said here beats what is set elsewhere, whichever of the two it is.
        if token == nil, let path = tokenFile { return try read(path) }
        if let token = try settings.value(.token, token) { return token }
        return try settings.value(.tokenFile, nil).map(read)
    }

    private func read(_ path: String) throws -> String {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw CommandFailure.unable("cannot read the token from \(path): \(error.localizedDescription)")
        }
        let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !token.isEmpty, !token.contains(where: \.isWhitespace) else {
            throw CommandFailure.usage("\(path) does not hold one token")
        }
        return token
    }
}
