import Access
import ArgumentParser
import FootprintServer
import Insights
import Privacy

struct AccessCommand: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "access",
        abstract: "Hand out everything that is held about one person.",
        discussion: """
            Every event with all its columns, refused reports that mention the uid with what they said, what is \
            journaled and not in the store yet, and which exports and erasures concern the person. One JSON object a \
            line; the last is {"kind":"end",…}, without which the file is not whole. Beside a running server or without.

            Examples:
              footprint access --uid 42 -o person.jsonl
              footprint access --uid 42 --format json
            """
    )

    @Option(help: ArgumentHelp("The person.", valueName: "uid"))
    var uid: String

    @Option(
        help: ArgumentHelp("jsonl or json. (default: jsonl)", valueName: "format"),
        completion: .list(PersonalData.Format.allCases.map(\.rawValue))
    )
    var format = PersonalData.Format.jsonl.rawValue

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("Write to this file, which only you may read; - is stdout. (default: -)", valueName: "file"),
        completion: .file()
    )
    var output = "-"

    @OptionGroup(title: "Where the data is") var place: PlaceOptions

    func execute() async throws {
        guard let format = PersonalData.Format(rawValue: format) else {
            throw CommandFailure.usage("--format: expected \"jsonl\" or \"json\", found \"\(format)\"")
        }
        let person = try Person.named(uid)
        let file = try PrivateOutput(path: output)
        do {
            switch try place.place(try place.config.settings(), role: .admin) {
            case .server(let server):
                try await server.download(
                    path: "access",
                    [("uid", person.uid), ("format", format.rawValue)],
                    to: file.write
                )
            case .store(let directory):
                try await LocalPersons(dataDirectory: directory).with { privacy in
                    let hash = try privacy.directory.hash(of: person.uid)
                    try AccessFiles.open(directory).record(
                        AuditEvent(.personRead, detail: ["uid_hash": .text(hash)]),
                        by: CommandUser.actor
                    )
                    var pages = privacy.data.pages(of: person, as: format)
                    while let bytes = try await pages.next() { try file.write(bytes) }
                }
            }
            try file.finish()
        } catch {
            file.discard()
            throw error
        }
    }
}
