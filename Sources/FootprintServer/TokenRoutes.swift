import Access
import Collector
import Console
import Dispatch
import HTTPTypes
import Hummingbird
import Logging
import NIOPosix
import Synchronization

/// The platform's token calls; source: INTERFACE section 2.
struct TokenRoutes: Sendable {
    let endpoint: TokenEndpoint
    let desk: TokenDesk
    /// By client address: whoever tries secrets is slowed down, and cannot keep both threads to himself.
    let limiter: RateLimiter<InternetAddress>
    let logger: Logger

    func add(to router: Router<ConsoleContext>) {
        let calls: [(path: RouterPath, call: @Sendable ([UInt8], Int64) -> TokenAnswer)] = [
            ("/upbot/api/auth/GetAccessToken", { endpoint.getAccessToken(body: $0, nowSeconds: $1) }),
            ("/upbot/api/auth/RefreshToken", { endpoint.refreshToken(body: $0, nowSeconds: $1) }),
        ]
        for (path, call) in calls {
            router.path(path, [(.post, { try await answer($0, $1, call) })])
        }
    }

    private func answer(
        _ request: Request,
        _ context: ConsoleContext,
        _ call: @escaping @Sendable ([UInt8], Int64) -> TokenAnswer
    ) async throws -> Response {
        if let address = context.clientAddress.flatMap({ InternetAddress($0) }),
            let seconds = limiter.secondsToWait(
                address.network,
                nowNanoseconds: DispatchTime.now().uptimeNanoseconds
            )
        {
            return response(.tooMany(retryAfterSeconds: seconds))
        }
        let body = try await request.body.collect(upTo: 2 << 20)
        guard body.readableBytes <= TokenEndpoint.bodyBytes else { return response(.tooLarge) }
        let bytes = Array(buffer: body)
        guard let answer = try await desk.run({ call(bytes, UnixTime.seconds()) }) else { return response(.busy) }
        if let failure = answer.failure {
            logger.error("a token call failed", metadata: ["reason": "\(failure)"])
        }
        return response(answer)
    }

    private func response(_ answer: TokenAnswer) -> Response {
        var headers: HTTPFields = [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"]
        if let seconds = answer.retryAfterSeconds { headers[.retryAfter] = String(seconds) }
        return Response(
            status: .init(code: answer.status),
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
        )
    }
}

/// Where token calls wait for their slow hash, which takes a core for 40 ms: two at once, on threads of their own, so that
/// whoever tries secrets keeps no administrator waiting, and no more than a few seconds' worth in line.
final class TokenDesk: Sendable {
    private let threads = NIOThreadPool(numberOfThreads: 2)
    private let waiting = Atomic<Int>(0)
    private static let waitingAtMost = 100

    init() { threads.start() }

    /// nil where too many wait.
    func run(_ call: @escaping @Sendable () -> TokenAnswer) async throws -> TokenAnswer? {
        defer { waiting.wrappingSubtract(1, ordering: .relaxed) }
        guard waiting.wrappingAdd(1, ordering: .relaxed).newValue <= Self.waitingAtMost else { return nil }
        return try await threads.runIfActive(call)
    }

    func close() async { try? await threads.shutdownGracefully() }
}
