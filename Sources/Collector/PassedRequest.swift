package import NIOCore

/// A request that is not a report: the front door frames it, others answer it.
package struct PassedRequest: Sendable {
    package var method: String
    /// Path and query as they came.
    package var target: String
    package var headers: [(name: String, value: String)]
    package var body: ByteBuffer
    /// The client's address without its port; nil where it is not an Internet address.
    package var clientAddress: String?
}

/// Takes over a request, off the event loop. It writes one response and ends it; a cancelled task's client has gone.
package typealias RequestResponder = @Sendable (PassedRequest, ResponseStream) async throws -> Void

/// Where a responder writes its one response. Writes wait for a slow client.
package struct ResponseStream: Sendable {
    let loop: SocketLoop
    let connection: ReportConnection
    let isHeadRequest: Bool
    let minorVersion: Int
    let keepsAlive: Bool

    /// Sends status and headers. Without `contentLength` the body is chunked, or ends with the connection on HTTP/1.0.
    /// Framing headers are the front door's own.
    package func begin(
        status: Int,
        reason: String,
        headers: [(name: String, value: String)],
        contentLength: Int?
    ) async throws -> BodyWriter {
        let hasBody = !isHeadRequest && status != 204 && status != 304 && status >= 200
        let isChunked = hasBody && contentLength == nil && minorVersion == 1
        let closes = !keepsAlive || (hasBody && contentLength == nil && minorVersion == 0)
        var head = "HTTP/1.1 \(status) \(reason)\r\n"
        for header in headers where !Self.framing.contains(header.name.lowercased()) {
            head += "\(header.name): \(header.value)\r\n"
        }
        if !headers.contains(where: { $0.name.lowercased() == "date" }) {
            head += "Date: \(HTTPDate.format(unixSeconds: Int64(WallClock.microseconds() / 1_000_000)))\r\n"
        }
        if isChunked {
            head += "Transfer-Encoding: chunked\r\n"
        } else if let contentLength, status != 204, status != 304 {
            head += "Content-Length: \(contentLength)\r\n"
        }
        if closes {
            head += "Connection: close\r\n"
        } else if minorVersion == 0 {
            head += "Connection: keep-alive\r\n"
        }
        head += "\r\n"
        let buffer = ByteBuffer(string: head)
        try await send(buffer)
        return BodyWriter(stream: self, isChunked: isChunked, hasBody: hasBody, closes: closes)
    }

    fileprivate func send(_ bytes: ByteBuffer) async throws {
        try await onLoop { connection, continuation in
            connection.send(bytes) { continuation.resume(with: $0) }
        }
    }

    /// Runs `body` on the loop, which resumes the continuation in its own time.
    fileprivate func onLoop(
        _ body: @escaping @Sendable (ReportConnection, CheckedContinuation<Void, any Error>) -> Void
    ) async throws {
        try await withCheckedThrowingContinuation { continuation in
            let isTaken = loop.execute { [connection] in body(connection, continuation) }
            if !isTaken { continuation.resume(throwing: ClientSocket.Closed()) }
        }
    }

    private static let framing: Set<String> = ["content-length", "transfer-encoding", "connection", "keep-alive"]

    package struct BodyWriter: Sendable {
        let stream: ResponseStream
        let isChunked: Bool
        let hasBody: Bool
        let closes: Bool

        package func write(_ bytes: ByteBuffer) async throws {
            guard hasBody, bytes.readableBytes > 0 else { return }
            var buffer = bytes
            if isChunked {
                var framed = ByteBuffer(string: String(bytes.readableBytes, radix: 16) + "\r\n")
                framed.writeBuffer(&buffer)
                framed.writeString("\r\n")
                buffer = framed
            }
            try await stream.send(buffer)
        }

        package func end() async throws {
            if isChunked { try await stream.send(ByteBuffer(string: "0\r\n\r\n")) }
            try await stream.onLoop { [closes] connection, continuation in
                connection.responderEnded(closes: closes)
                continuation.resume()
            }
        }
    }
}
