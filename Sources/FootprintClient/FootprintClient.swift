public import AsyncHTTPClient

/// Reports events to a Footprint server: collects them in a bounded queue, groups them by head, sends them in the
/// background and tries again while the server is busy or out of reach.
///
/// ```swift
/// let footprint = try FootprintClient(url: "https://stats.example", token: token)
/// try await footprint.record(
///     ReportItem(eventTime: now, channel: 1, operateID: 10000, pageID: 7, traceID: visit),
///     of: ReportHead(uid: "42", openid: "o-42", deviceType: 1)
/// )
/// await footprint.close()
/// ```
///
/// **Delivery.** An event is stored durably once it is counted in ``Counts/accepted``. A try whose answer was lost is
/// repeated, and the server recognises it: it is counted once. Events in the queue live in memory: those of a process that dies are lost, so call ``close()`` before it ends.
///
/// **Bounds.** At most ``Options/queueLimit`` events wait or are under way; over it ``record(_:of:)`` throws
/// ``ReportError/queueFull(limit:)``, and the caller decides whether the event or its own pace gives way.
public actor FootprintClient {
    /// How the client behaves; the defaults suit an app or a server with up to some thousand events a second.
    public struct Options: Sendable {
        /// Events that may wait or be under way.
        public var queueLimit = 10_000
        /// Events in one report; the server takes 1,000 at most.
        public var batchItems = 500 {
            didSet { batchItems = min(max(batchItems, 1), 1_000) }
        }
        /// How long an event waits for company before it is sent.
        public var flushInterval = Duration.seconds(1)
        /// Reports under way at the same time.
        public var connections = 4
        /// How long a report is tried again while the server is busy or out of reach.
        public var retryLimit = Duration.seconds(60)
        /// How long one try may take.
        public var attemptTimeout = Duration.seconds(30)

        public init() {}
    }

    /// What became of the events recorded so far.
    public struct Counts: Sendable, Equatable {
        /// On the server's stable storage.
        public var accepted: Int
        /// Refused by the server for what they contain; see ``FootprintClient/FailureHandler``.
        public var refused: Int
        /// Not delivered: no permission, or the server was out of reach for too long.
        public var failed: Int
        /// Still waiting or under way.
        public var pending: Int

        public init(accepted: Int = 0, refused: Int = 0, failed: Int = 0, pending: Int = 0) {
            self.accepted = accepted
            self.refused = refused
            self.failed = failed
            self.pending = pending
        }
    }

    /// Called for each event that the server did not store, with the reason. An event refused for its content is
    /// singled out: the others of its report are stored.
    public typealias FailureHandler = @Sendable (ReportHead, ReportItem, ReportError) -> Void

    private struct Queued: Sendable {
        let head: ReportHead
        let item: ReportItem
    }

    private let sender: ReportSender
    private let options: Options
    private let onFailure: FailureHandler
    private var builder: ReportBuilder<Queued>
    private var ready: [BuiltReport<Queued>] = []
    private var counts = Counts()
    private var workers = 0
    private var timer: Task<Void, Never>?
    private var flushWaiters: [CheckedContinuation<Void, Never>] = []
    private var isClosed = false

    /// - Parameters:
    ///   - url: The server's address, such as `https://stats.example`; a path in front of `/upbot/api/…` is kept.
    ///   - token: Called before each try. Return a cached access token and renew it before it expires; what it throws
    ///     fails the report.
    ///   - http: The HTTP client to use; the process-wide one by default.
    /// - Throws: ``ReportError/invalidURL(_:)``.
    public init(
        url: String,
        token: @escaping @Sendable () async throws(ReportError) -> String,
        options: Options = Options(),
        http: HTTPClient = .shared,
        onFailure: @escaping FailureHandler = { _, _, _ in }
    ) throws(ReportError) {
        sender = ReportSender(
            endpoint: try ReportEndpoint(url),
            token: token,
            policy: Backoff.Policy(limit: options.retryLimit),
            http: http,
            attemptTimeout: options.attemptTimeout
        )
        builder = ReportBuilder(.init(items: options.batchItems))
        self.options = options
        self.onFailure = onFailure
    }

    /// With a token that outlives the client.
    /// - Throws: ``ReportError/invalidURL(_:)``.
    public init(
        url: String,
        token: String,
        options: Options = Options(),
        http: HTTPClient = .shared,
        onFailure: @escaping FailureHandler = { _, _, _ in }
    ) throws(ReportError) {
        try self.init(
            url: url,
            token: { () throws(ReportError) in token },
            options: options,
            http: http,
            onFailure: onFailure
        )
    }

    /// Queues one event; it is sent within ``Options/flushInterval``.
    /// - Throws: ``ReportError/queueFull(limit:)`` or ``ReportError/closed``; the event is then not queued.
    public func record(_ item: ReportItem, of head: ReportHead) throws(ReportError) {
        guard !isClosed else { throw .closed }
        guard counts.pending < options.queueLimit else { throw .queueFull(limit: options.queueLimit) }
        counts.pending += 1
        enqueue(builder.add(head: head.encoded, item: item.encoded, tag: Queued(head: head, item: item)))
        if timer == nil {
            timer = Task { [options] in
                try? await Task.sleep(for: options.flushInterval)
                self.flushTimerFired()
            }
        }
    }

    /// Sends one report now, past the queue, and returns once it is stored.
    /// - Throws: what the server said, or ``ReportError/unavailable(reason:)`` after ``Options/retryLimit``.
    public func send(_ items: [ReportItem], of head: ReportHead) async throws(ReportError) {
        guard !isClosed else { throw .closed }
        var body = Array(#"{"head":"#.utf8) + head.encoded + Array(#","items":["#.utf8)
        for (index, item) in items.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            body += item.encoded
        }
        let isTraced = items.allSatisfy { $0.traceID != nil }
        try await sender.send(body + Array("]}".utf8), isTraced: isTraced)
    }

    /// Sends what waits; returns once the fate of every event recorded before is known.
    @discardableResult
    public func flush() async -> Counts {
        enqueue(builder.drain())
        if counts.pending > 0 {
            await withCheckedContinuation { flushWaiters.append($0) }
        }
        return counts
    }

    /// Takes no more events, sends what waits and returns once its fate is known: within ``Options/retryLimit`` and one
    /// try's time for each round of ``Options/connections`` reports. Safe to repeat.
    @discardableResult
    public func close() async -> Counts {
        isClosed = true
        timer?.cancel()
        return await flush()
    }

    /// What became of the events so far, without waiting.
    public var delivered: Counts { counts }

    private func flushTimerFired() {
        timer = nil
        enqueue(builder.drain())
    }

    private func enqueue(_ reports: [BuiltReport<Queued>]) {
        ready += reports
        // As many workers as there are reports and connections; each ends when nothing is ready.
        for _ in 0..<max(0, min(ready.count, options.connections - workers)) {
            workers += 1
            Task { await self.work() }
        }
    }

    private func work() async {
        while !ready.isEmpty {
            await deliver(ready.removeFirst())
        }
        workers -= 1
    }

    private func deliver(_ report: BuiltReport<Queued>) async {
        do {
            try await sender.send(report.body, isTraced: report.isTraced)
            settle(report.tags.count) { $0.accepted += $1 }
        } catch {
            if error.isForContent, let (first, second) = report.halves {
                await deliver(first)
                await deliver(second)
                return
            }
            for queued in report.tags { onFailure(queued.head, queued.item, error) }
            settle(report.tags.count) { counts, events in
                if error.isForContent { counts.refused += events } else { counts.failed += events }
            }
        }
    }

    private func settle(_ events: Int, _ change: (inout Counts, Int) -> Void) {
        change(&counts, events)
        counts.pending -= events
        guard counts.pending == 0 else { return }
        for waiter in flushWaiters { waiter.resume() }
        flushWaiters = []
    }
}
