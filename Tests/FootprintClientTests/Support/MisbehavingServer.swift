import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A real HTTP server on a free loopback port that answers each report as the test's script says.
final class MisbehavingServer: Sendable {
    struct Request: Sendable {
        var path: String
        var authorization: String?
        var contentType: String?
        var body: String
    }

    enum Behaviour: Sendable {
        case answer(status: Int, headers: [(String, String)] = [], body: String)
        /// Reads the whole request, then closes the connection without a word.
        case close
        /// Never answers.
        case silence

        static let stored = answer(status: 200, body: #"{"ret":0,"msg":""}"#)
        static let busy = answer(status: 503, body: #"{"ret":1005,"msg":"服务繁忙，请稍后再试"}"#)

        static func refused(_ detail: String) -> Behaviour {
            answer(status: 200, body: #"{"ret":1001,"msg":"请求参数错误，请稍后再试","detail":"\#(detail)"}"#)
        }
    }

    /// Request number from 0, and the request.
    typealias Script = @Sendable (Int, Request) -> Behaviour

    private let received = Mutex<[Request]>([])
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let channel = Mutex<(any Channel)?>(nil)
    private let script: Script

    private init(_ script: @escaping Script) {
        self.script = script
    }

    /// Starts it, gives its address to `body`, and stops it.
    static func run<Result>(
        _ script: @escaping Script,
        _ body: (MisbehavingServer, String) async throws -> Result
    ) async throws -> Result {
        let server = MisbehavingServer(script)
        let channel = try await ServerBootstrap(group: server.group)
            .serverChannelOption(.backlog, value: 64)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(server))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = channel.localAddress?.port ?? 0
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(server, "http://127.0.0.1:\(port)"))
        } catch {
            result = .failure(error)
        }
        try await channel.close()
        try await server.group.shutdownGracefully()
        return try result.get()
    }

    static func run<Result>(
        always behaviour: Behaviour,
        _ body: (MisbehavingServer, String) async throws -> Result
    ) async throws -> Result {
        let script: Script = { _, _ in behaviour }
        return try await run(script, body)
    }

    var requests: [Request] { received.withLock { $0 } }

    fileprivate func behave(_ request: Request) -> Behaviour {
        let number = received.withLock { received in
            received.append(request)
            return received.count - 1
        }
        return script(number, request)
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let server: MisbehavingServer
        private var head: HTTPRequestHead?
        private var body = ByteBuffer()

        init(_ server: MisbehavingServer) {
            self.server = server
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body.clear()
            case .body(var part): body.writeBuffer(&part)
            case .end:
                guard let head else { return }
                let request = Request(
                    path: head.uri,
                    authorization: head.headers.first(name: "Authorization"),
                    contentType: head.headers.first(name: "Content-Type"),
                    body: String(buffer: body)
                )
                act(server.behave(request), context)
            }
        }

        private func act(_ behaviour: Behaviour, _ context: ChannelHandlerContext) {
            switch behaviour {
            case .silence: break
            case .close: context.close(promise: nil)
            case .answer(let status, let headers, let text):
                var fields = HTTPHeaders(headers)
                fields.add(name: "Content-Length", value: String(text.utf8.count))
                let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: fields)
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}
