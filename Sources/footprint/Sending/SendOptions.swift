import ArgumentParser
import AsyncHTTPClient
import FootprintClient

/// How reports are sent: shared by `send` and `demo`.
struct SendOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Events in one report, at most 1000. (default: 500)", valueName: "events"))
    var batch: String?

    @Option(help: ArgumentHelp("Send no more than this. (default: as fast as it goes)", valueName: "events/s"))
    var rate: String?

    @Option(help: ArgumentHelp("Reports under way at the same time. (default: 4)", valueName: "count"))
    var connections: String?

    @Option(
        help: ArgumentHelp(
            "How long to try again while the server is busy or out of reach. (default: 60s)",
            valueName: "time"
        )
    )
    var retryFor: String?

    @OptionGroup var trust: TrustOptions

    /// - Parameter isLocal: the server was found by its data directory.
    func plan(_ settings: Settings, isLocal: Bool = false) throws -> SendPlan {
        SendPlan(
            trust: try trust.trust(settings, isLocal: isLocal),
            batch: try settings.value(.batch, batch) ?? 500,
            eventsPerSecond: try settings.value(.rate, rate),
            connections: try settings.value(.connections, connections) ?? 4,
            retryFor: .seconds(try settings.value(.retryFor, retryFor) ?? 60)
        )
    }
}

struct SendPlan: Sendable {
    var trust: ServerTrust
    var batch: Int
    var eventsPerSecond: Int?
    var connections: Int
    var retryFor: Duration

    /// Sends what `produce` puts into the pipe, under a progress line. Returns when all is settled.
    func run(
        to url: String,
        token: String,
        tally: Tally,
        fraction: @escaping @Sendable () -> Double?,
        produce: @escaping @Sendable (BoundedPipe<Shipment>) throws(CommandFailure) -> Void
    ) async throws {
        let endpoint: ReportEndpoint
        do {
            endpoint = try ReportEndpoint(url)
        } catch {
            throw CommandFailure.usage("--to: \(error)")
        }
        let http = HTTPClient(configuration: .reporting(connections: connections, tls: trust.tls))
        let sender = ReportSender(
            endpoint: endpoint,
            token: { () throws(ReportError) in token },
            policy: Backoff.Policy(limit: retryFor),
            http: http,
            onRetry: { tally.wait(for: $0) }
        )
        let delivery = Delivery(
            sender: sender,
            tally: tally,
            connections: connections,
            pacer: eventsPerSecond.map { Pacer(eventsPerSecond: $0) }
        )
        // Two reports ahead of each connection keep it busy; 1 MiB each at most.
        let pipe = BoundedPipe<Shipment>(capacity: 2 * connections)
        let clock = ContinuousClock()
        let start = clock.now
        let progress = { @Sendable () -> ProgressLine in
            let counts = tally.counts
            return ProgressLine(
                // What was read and still waits to be sent is not done.
                fraction: fraction().map { $0 * counts.settledShare },
                events: counts.acceptedEvents,
                refused: counts.refusedLines,
                elapsedSeconds: (clock.now - start) / .seconds(1),
                waitingFor: counts.waitingFor
            )
        }
        let producer = ProducerThread(into: pipe, produce)
        await ProgressReporter().show(progress) {
            await delivery.run(pipe)
        }
        try? await http.shutdown()
        if let failure = producer.failed { throw failure }
    }
}
