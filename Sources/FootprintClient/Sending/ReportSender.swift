package import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Sends one finished report and does not come back before its fate is known: stored, or why not.
///
/// Tries again on 429, 503 and lost connections as ``Backoff`` says; never after 1001, 1002 or 413, which no repetition
/// mends. Of a try whose answer was lost nobody knows whether it was stored: a report whose items all carry a
/// `trace_id` is counted once however often it arrives, and any other is given a name of its own
/// (`Idempotency-Key`) to the same end.
///
/// Each report carries its number (`X-Footprint-Sequence`) and this machine's clock (`X-Footprint-Sent-At`), so that the
/// server can tell what never came, and which clocks are wrong.
package struct ReportSender: Sendable {
    package typealias TokenSource = @Sendable () async throws(ReportError) -> String

    private let endpoint: ReportEndpoint
    private let token: TokenSource
    private let policy: Backoff.Policy
    private let http: HTTPClient
    private let attemptTimeout: Duration
    private let onRetry: @Sendable (String) -> Void
    private let numbers = ReportNumbers()

    package init(
        endpoint: ReportEndpoint,
        token: @escaping TokenSource,
        policy: Backoff.Policy,
        http: HTTPClient,
        attemptTimeout: Duration = .seconds(30),
        onRetry: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.endpoint = endpoint
        self.token = token
        self.policy = policy
        self.http = http
        self.attemptTimeout = attemptTimeout
        self.onRetry = onRetry
    }

    /// - Parameters:
    ///   - body: the report as JSON.
    ///   - isTraced: every item carries a `trace_id`, by which the server knows it again.
    package func send(_ body: [UInt8], isTraced: Bool) async throws(ReportError) {
        let number = numbers.next()
        let clock = ContinuousClock()
        let start = clock.now
        let payload = ByteBuffer(bytes: body)
        var backoff = Backoff(policy)
        var random = SystemRandomNumberGenerator()
        while true {
            let reason: String
            let notBefore: Duration?
            switch try await attempt(payload, number: number, isTraced: isTraced) {
            case .accepted: return
            case .failed(let error): throw error
            case .retry(let why, let time): (reason, notBefore) = (why, time)
            }
            let wait = backoff.wait(elapsed: clock.now - start, notBefore: notBefore, using: &random)
            guard let wait else { throw .unavailable(reason: reason) }
            onRetry(reason)
            do {
                try await Task.sleep(for: wait, clock: clock)
            } catch {
                throw .closed
            }
        }
    }

    private func attempt(
        _ payload: ByteBuffer,
        number: String,
        isTraced: Bool
    ) async throws(ReportError) -> ReportAnswer {
        var request = HTTPClientRequest(url: endpoint.url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "Authorization", value: try await token())
        request.headers.add(name: "X-Footprint-Sequence", value: number)
        request.headers.add(name: "X-Footprint-Sent-At", value: "\(Self.unixMilliseconds())")
        if !isTraced { request.headers.add(name: "Idempotency-Key", value: number) }
        request.body = .bytes(payload)
        do {
            let response = try await http.execute(request, timeout: TimeAmount(attemptTimeout))
            let body = try await response.body.collect(upTo: Self.answerLimitBytes)
            return ReportAnswer(
                status: Int(response.status.code),
                retryAfter: response.headers.first(name: "Retry-After"),
                body: Array(body.readableBytesView)
            )
        } catch {
            if error is CancellationError || Task.isCancelled { throw .closed }
            if error is NIOTooManyBytesError {
                return .failed(.unexpected(status: 200, body: "an answer over \(Self.answerLimitBytes) bytes"))
            }
            return .retry(reason: sentence(error), notBefore: nil)
        }
    }

    private static func unixMilliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// The API's answers are a hundred bytes; whatever sends more is something else.
    private static let answerLimitBytes = 64 << 10

    private func sentence(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError where error == .remoteConnectionClosed:
            "\(endpoint.authority) closed the connection"
        case let error as HTTPClientError where [.deadlineExceeded, .readTimeout].contains(error):
            "\(endpoint.authority) did not answer in time"
        case let error as HTTPClientError where error == .connectTimeout:
            "cannot connect to \(endpoint.authority) in time"
        case let error as IOError where error.errnoCode == ECONNREFUSED:
            "cannot connect to \(endpoint.authority): Connection refused"
        case let error as IOError:
            "lost the connection to \(endpoint.authority): \(String(cString: strerror(error.errnoCode)))"
        case let error as NIOConnectionError:
            "cannot connect to \(endpoint.authority): "
                + (error.dnsAError.map { "\($0)" } ?? error.connectionErrors.first.map { "\($0.error)" } ?? "no address")
        default: "cannot send to \(endpoint.authority): \(error)"
        }
    }
}
