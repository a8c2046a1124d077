internal import EventStore
internal import Logging
internal import Synchronization

/// Which servers answer. One that does not is left alone for a while, longer each time, and asked by ``watch()`` in
/// between; a statement goes to one that is well, or to any where none is.
///
/// | failures in a row | left alone for |
/// |---|---|
/// | 1 | 0.5 s |
/// | 2 | 1 s |
/// | n | min(2^(n-2), 30) s |
final class Servers: Sendable {
    let connector: ServerConnector
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        var failures: [StoreAddress.Host: (count: Int, until: ContinuousClock.Instant)] = [:]
        var next = 0
    }

    init(connector: ServerConnector, logger: Logger) {
        self.connector = connector
        self.logger = logger
    }

    /// The hosts in the order they are to be tried: those that are well, each as often as the others, then the rest.
    func ordered(_ hosts: [StoreAddress.Host]) -> [StoreAddress.Host] {
        let now = ContinuousClock.now
        let (next, failures) = state.withLock { state in
            state.next &+= 1
            return (state.next, state.failures)
        }
        let first = hosts.isEmpty ? 0 : next % hosts.count
        let turned = hosts[first...] + hosts[..<first]
        let isWell = { (host: StoreAddress.Host) in failures[host].map { $0.until <= now } ?? true }
        return turned.filter(isWell) + turned.filter { !isWell($0) }
    }

    func isFailing(_ host: StoreAddress.Host) -> Bool {
        state.withLock { $0.failures[host] != nil }
    }

    /// Asks one server.
    func send(_ call: ServerCall, to host: StoreAddress.Host) async throws(ServerCall.Failure) -> [UInt8] {
        do {
            let answer = try await connector.send(call, to: host)
            succeeded(host)
            return answer
        } catch {
            switch error {
            case .notReached(let reason), .brokeOff(let reason):
                if !Task.isCancelled { failed(host, reason) }
            case .answered: succeeded(host)
            }
            throw error
        }
    }

    /// Asks one server after the other until one answers. Only for what may be asked twice.
    func ask(_ call: ServerCall, anyOf hosts: [StoreAddress.Host]) async throws(StoreError) -> [UInt8] {
        var reasons: [String] = []
        for host in ordered(hosts) {
            if Task.isCancelled { throw .unavailable("the question was cancelled") }
            do {
                return try await send(call, to: host)
            } catch {
                switch error {
                case .notReached(let reason), .brokeOff(let reason): reasons.append("\(host): \(reason)")
                case .answered(let failure):
                    let refusal = failure.storeError()
                    // What this one cannot do now, another may.
                    guard case .unavailable(let reason) = refusal else { throw refusal }
                    reasons.append("\(host): \(reason)")
                }
            }
        }
        throw .unavailable(reasons.joined(separator: "; "))
    }

    /// Asks those that fail whether they are back, until the task is cancelled.
    func watch(_ hosts: @Sendable () -> [StoreAddress.Host], eachRound: @Sendable () async -> Void) async {
        var rounds = 0
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(2))
            rounds += 1
            // Those that are well are asked now and then: that one went away is known before somebody asks it.
            for host in hosts() where isFailing(host) || rounds % 5 == 0 {
                if await connector.ping(host) {
                    succeeded(host)
                } else if !Task.isCancelled {
                    failed(host, "it does not answer")
                }
            }
            await eachRound()
        }
    }

    private func failed(_ host: StoreAddress.Host, _ reason: String) {
        let count = state.withLock { state in
            let count = (state.failures[host]?.count ?? 0) + 1
            let seconds = min(Double(1 << min(count, 10)) / 4, 30)
            state.failures[host] = (count, .now + .seconds(seconds))
            return count
        }
        guard count == 1 else { return }
        logger.warning("a server of the store does not answer", metadata: ["server": "\(host)", "reason": "\(reason)"])
    }

    private func succeeded(_ host: StoreAddress.Host) {
        guard state.withLock({ $0.failures.removeValue(forKey: host) }) != nil else { return }
        logger.notice("a server of the store answers again", metadata: ["server": "\(host)"])
    }
}
