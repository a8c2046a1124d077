import Collector
import Console
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Answers the front door's other requests with a Hummingbird router.
struct ResponderBridge<Responder: HTTPResponder>: Sendable
where Responder.Context == ConsoleContext {
    let responder: Responder
    let logger: Logger

    func respond(_ passed: PassedRequest, _ stream: ResponseStream) async throws {
        guard let method = HTTPRequest.Method(passed.method) else {
            return try await send(Answer.wrongMethod(allow: "GET, HEAD, POST, OPTIONS"), stream)
        }
        var fields = HTTPFields()
        var authority: String?
        for header in passed.headers {
            if header.name.lowercased() == "host" { authority = header.value }
            guard let name = HTTPField.Name(header.name) else { continue }
            fields.append(HTTPField(name: name, value: header.value))
        }
        let request = Request(
            head: HTTPRequest(
                method: method,
                scheme: passed.isSecure ? "https" : "http",
                authority: authority,
                path: passed.target,
                headerFields: fields
            ),
            body: RequestBody(buffer: passed.body)
        )
        let context = ConsoleContext(
            logger: logger,
            clientAddress: passed.clientAddress,
            clientNetwork: passed.clientNetwork,
            isSecure: passed.isSecure
        )
        let response: Response
        do {
            response = try await responder.respond(to: request, context: context)
        } catch let error as any HTTPResponseError {
            response = try error.response(from: request, context: context)
        }
        let writer = try await stream.begin(
            status: response.status.code,
            reason: response.status.reasonPhrase,
            headers: response.headers.map { ($0.name.rawName, $0.value) },
            contentLength: response.body.contentLength
        )
        try await response.body.write(Writer(body: writer))
    }

    private func send(_ answer: Answer, _ stream: ResponseStream) async throws {
        let body = ByteBuffer(string: #"{"ret":1007,"msg":"请求方法错误"}"#)
        let writer = try await stream.begin(
            status: 405,
            reason: "Method Not Allowed",
            headers: [("Content-Type", "application/json; charset=utf-8"), ("Allow", "GET, HEAD, POST, OPTIONS")],
            contentLength: body.readableBytes
        )
        try await writer.write(body)
        try await writer.end()
    }

    private struct Writer: ResponseBodyWriter {
        let body: ResponseStream.BodyWriter

        mutating func write(_ buffer: ByteBuffer) async throws {
            try await body.write(buffer)
        }

        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
            try await body.end()
        }
    }
}
