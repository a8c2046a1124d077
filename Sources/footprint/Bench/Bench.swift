import FootprintClient
import Foundation

/// Measures one size of report at a time.
struct Bench: Sendable {
    let seconds: Int
    let connections: Int

    /// Sizes follow each other on one server too: uids go on where they stopped, and a new run begins far away.
    private static let nextUID = Counter()

    /// On a server of our own, whose data directory is made under `parent` and removed afterwards.
    func measure(events: Int, under parent: String) async throws -> BenchRow {
        let directory = "\(parent)/footprint-bench-\(ProcessInfo.processInfo.processIdentifier)-\(events)"
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        } catch {
            throw CommandFailure.unable("cannot make \(directory): \(error.localizedDescription)")
        }
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let server = try await BenchServer(directory: directory)
        let outcome: LoadGenerator.Outcome
        do {
            let processID = server.processID
            outcome = try await load(events: events, url: server.url, token: server.token) {
                ServerCPU.seconds(pid: processID)
            }
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
        var row = Self.row(events: events, outcome)
        if let start = outcome.probes.start, let end = outcome.probes.end, outcome.accepted > 0 {
            row.cpuSecondsPerMillionEvents = (end - start) * 1e6 / Double(outcome.accepted * events)
        }
        if outcome.acceptedInAll > 0 {
            row.journalBytesPerEvent = Double(server.journalBytes) / Double(outcome.acceptedInAll * events)
        }
        return row
    }

    /// On a server that runs already.
    func measure(events: Int, url: String, token: String) async throws -> BenchRow {
        Self.row(events: events, try await load(events: events, url: url, token: token) { nil })
    }

    private func load(
        events: Int,
        url: String,
        token: String,
        probe: @escaping @Sendable () -> Double?
    ) async throws -> LoadGenerator.Outcome {
        guard let parts = URLComponents(string: url), parts.scheme == "http", let host = parts.host else {
            throw CommandFailure.usage("--url: expected an address such as http://127.0.0.1:8080, found \"\(url)\"")
        }
        let endpoint = try ReportEndpoint(url)
        let port = parts.port ?? 80
        let template = RequestTemplate(
            host: host,
            port: port,
            path: URLComponents(string: endpoint.url)?.path ?? ReportEndpoint.path,
            token: token,
            events: events,
            eventTime: AccessFiles.nowSeconds()
        )
        if Self.nextUID.value == 0 { Self.nextUID.value = Int(Date().timeIntervalSince1970 * 1_000_000) }
        let firstUID = UInt64(Self.nextUID.value)
        let (connections, seconds) = (connections, seconds)
        let done = Counter()
        let begin = ContinuousClock.now
        let progress = { @Sendable () -> ProgressLine in
            let elapsed = (ContinuousClock.now - begin) / .seconds(1)
            return ProgressLine(
                fraction: min(1, elapsed / Double(seconds + 1)),
                events: done.value * events,
                refused: 0,
                elapsedSeconds: max(0, elapsed - 1)
            )
        }
        let result = await ProgressReporter().show(progress) {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    let result = Result<LoadGenerator.Outcome, LoadGenerator.Failure> {
                        () throws(LoadGenerator.Failure) in
                        let generator = try LoadGenerator(
                            host: host,
                            port: port,
                            connections: connections,
                            template: template,
                            firstUID: firstUID,
                            done: done
                        )
                        return try generator.run(warmUpSeconds: 1, seconds: Double(seconds), probe: probe)
                    }
                    continuation.resume(returning: result)
                }
            }
        }
        switch result {
        case .success(let outcome):
            Self.nextUID.value += outcome.acceptedInAll + outcome.otherAnswers + 1_000_000
            return outcome
        case .failure(let failure): throw CommandFailure.unable("\(failure)")
        }
    }

    private static func row(events: Int, _ outcome: LoadGenerator.Outcome) -> BenchRow {
        func milliseconds(_ fraction: Double) -> Double {
            (Double(outcome.latency.quantile(fraction)) / 1e3).rounded() / 1e3
        }
        let reports = Double(outcome.accepted) / max(outcome.seconds, 1e-9)
        return BenchRow(
            events: events,
            reportsPerSecond: reports,
            eventsPerSecond: reports * Double(events),
            p50Milliseconds: milliseconds(0.5),
            p99Milliseconds: milliseconds(0.99),
            p999Milliseconds: milliseconds(0.999),
            cpuSecondsPerMillionEvents: nil,
            journalBytesPerEvent: nil,
            otherAnswers: outcome.otherAnswers,
            example: outcome.example
        )
    }
}
