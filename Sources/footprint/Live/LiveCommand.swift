import ArgumentParser
import AsyncHTTPClient
import Insights
import NIOCore

struct LiveCommand: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "live",
        abstract: "Watch reports as they come: a line an event, until Ctrl-C.",
        discussion: """
            Shows what the server that runs on the data directory accepts and refuses from now on. When the connection \
            breaks it goes on where it was, as far as the journal still holds what came in between.

            Examples:
              footprint live
              footprint live --uid 42
              footprint live --kind rejected --app app_k3v9zq2m7x4c8b1n
              footprint live --json | jq .
            """
    )

    @Option(help: ArgumentHelp("Only this app's reports.", valueName: "appid"))
    var app: String?

    @Option(help: ArgumentHelp("Only this user's reports.", valueName: "uid"))
    var uid: String?

    @Option(
        name: [.customLong("trace-id"), .customLong("trace_id")],
        help: ArgumentHelp("Only reports that carry this trace.", valueName: "id")
    )
    var traceID: String?

    @Option(
        help: ArgumentHelp("Only accepted or only rejected ones. (default: both)", valueName: "kind"),
        completion: .list(["accepted", "rejected"])
    )
    var kind: String?

    @Flag(help: "Print the events as the server sends them: one JSON object a line.")
    var json = false

    @OptionGroup(title: "Whom to ask") var place: PlaceOptions

    /// How long the token lasts that is made for a server of this machine.
    private static let tokenSeconds: Int64 = 12 * 3_600

    func execute() async throws {
        let settings = try place.config.settings()
        guard case .server(let server) = try place.place(settings, tokenSeconds: Self.tokenSeconds) else {
            throw CommandFailure.unable(
                "no server runs on this data directory: start `footprint serve`, then try again"
            )
        }
        let given = [("app", app), ("uid", uid), ("trace_id", traceID), ("kind", kind)]
        let parameters = given.compactMap { name, value in value.map { (name: name, value: $0) } }
        let screen = LiveScreen(asJSON: json)
        while true {
            do {
                try await watch(server, parameters, screen)
                throw StreamBroken(reason: server.url)
            } catch let broken as StreamBroken {
                // One that was never there is no connection that broke.
                guard screen.hasBegun else { throw CommandFailure.unable("cannot reach \(broken.reason)") }
                Terminal.error.line("footprint: \(broken); trying again")
                try await Task.sleep(for: .seconds(2))
            }
        }
    }

    private func watch(
        _ server: ServerQuestions,
        _ parameters: [(name: String, value: String)],
        _ screen: LiveScreen
    ) async throws {
        let last = screen.lastID.map { [(name: "Last-Event-ID", value: $0)] } ?? []
        try await server.stream("live", parameters, headers: last) { response in
            var reader = EventStreamReader()
            for try await bytes in response.body {
                for event in reader.take(bytes.readableBytesView) { try screen.show(event) }
            }
        }
    }
}
