import Access
import Collector
import Console
import Dispatch
import HTTPTypes
import Hummingbird
import Logging
import NIOPosix

/// The platform's token calls; source: INTERFACE section 2.
struct TokenRoutes: Sendable {
    let endpoint: TokenEndpoint
    /// A slow hash takes a core for 40 ms: it runs on threads of its own, two at once.
    let threads: NIOThreadPool
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
        let answer = try await threads.runIfActive { call(bytes, UnixTime.seconds()) }
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
