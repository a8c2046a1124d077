package import NIOCore

/// A request that is not a report: the front door frames it, others answer it.
package struct PassedRequest: Sendable {
    package var method: String
    /// Path and query as they came.
    package var target: String
    package var headers: [(name: String, value: String)]
    package var body: ByteBuffer
    /// The client's address without its port, as far as the peer or a trusted proxy says it; nil where it is not an
    /// Internet address.
    package var clientAddress: String?
    /// What a limit counts as this client: its address, or the /64 that one IPv6 customer has to himself.
    package var clientNetwork: String?
    /// The client spoke https, to us or to a trusted proxy.
    package var isSecure: Bool
}

/// Takes over a request, off the event loop. It writes one response and ends it; a cancelled task's client has gone.
package typealias RequestResponder = @Sendable (PassedRequest, ResponseStream) async throws -> Void

/// Status and headers of another's response. Framing is the front door's own: headers that speak of it are left out.
struct ResponseHead: Sendable {
    var status: Int
    var reason: String
    var headers: [(name: String, value: String)]
    /// nil where the length is not known yet.
    var contentLength: Int?

    /// Neither a length nor bytes belong to these.
    var mayHaveBody: Bool { status >= 200 && status != 204 && status != 304 }

    init(status: Int, reason: String, headers: [(name: String, value: String)], contentLength: Int?) {
        self.status = status
        self.reason = reason
        self.contentLength = contentLength
        self.headers = headers.filter { !Self.framing.contains($0.name.lowercased()) }
        if !headers.contains(where: { $0.name.lowercased() == "date" }) {
            let now = Int64(WallClock.microseconds() / 1_000_000)
            self.headers.append(("Date", HTTPDate.format(unixSeconds: now)))
        }
    }

    private static let framing: Set<String> = ["content-length", "transfer-encoding", "connection", "keep-alive"]
}

/// Where another's response goes: a connection's turn, or a stream of one. Called on its loop; calls back once the bytes
/// are on their way, or cannot be.
protocol ResponseSink: AnyObject, Sendable {
    typealias Sent = (Result<Void, any Error>) -> Void
    func begin(_ head: ResponseHead, sent: @escaping Sent)
    func write(_ bytes: ByteBuffer, sent: @escaping Sent)
    func end(sent: @escaping Sent)
}

/// Where a responder writes its one response. Writes wait for a slow client.
package struct ResponseStream: Sendable {
    let loop: SocketLoop
    let sink: any ResponseSink

    /// Sends status and headers. Framing headers are the front door's own.
    package func begin(
        status: Int,
        reason: String,
        headers: [(name: String, value: String)],
        contentLength: Int?
    ) async throws -> BodyWriter {
        let head = ResponseHead(status: status, reason: reason, headers: headers, contentLength: contentLength)
        try await onLoop { sink, sent in sink.begin(head, sent: sent) }
        return BodyWriter(stream: self)
    }

    /// Runs `body` on the loop, which calls back in its own time.
    fileprivate func onLoop(
        _ body: @escaping @Sendable (any ResponseSink, @escaping ResponseSink.Sent) -> Void
    ) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let isTaken = loop.execute { [sink] in body(sink) { continuation.resume(with: $0) } }
            if !isTaken { continuation.resume(throwing: ClientSocket.Closed()) }
        }
    }

    package struct BodyWriter: Sendable {
        let stream: ResponseStream

        package func write(_ bytes: ByteBuffer) async throws {
            guard bytes.readableBytes > 0 else { return }
            try await stream.onLoop { sink, sent in sink.write(bytes, sent: sent) }
        }

        package func end() async throws {
            try await stream.onLoop { sink, sent in sink.end(sent: sent) }
        }
    }
}
