/// The bytes of a request, every part of which a test may leave out or spell wrongly.
struct HTTPRequest: Sendable {
    var method = "POST"
    var target = "/upbot/api/ReportBehaviorData"
    var version = "HTTP/1.1"
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []
    /// Whether `Content-Length` is written for the body.
    var hasLength = true

    static func get(_ target: String, authorization: String? = nil) -> HTTPRequest {
        var request = HTTPRequest(method: "GET", target: target, hasLength: false)
        request.headers = [("Host", "localhost")]
        if let authorization { request.headers.append(("Authorization", authorization)) }
        return request
    }

    /// A report as a well-behaved client sends it.
    static func report(_ body: some Sequence<UInt8>, token: String) -> HTTPRequest {
        HTTPRequest(
            headers: [("Host", "localhost"), ("Content-Type", "application/json"), ("Authorization", token)],
            body: Array(body)
        )
    }

    static func report(_ body: String, token: String) -> HTTPRequest { report(body.utf8, token: token) }

    /// The same request with the header set to this value, or without it.
    func with(_ name: String, _ value: String?) -> HTTPRequest {
        var copy = self
        copy.headers.removeAll { $0.name.lowercased() == name.lowercased() }
        if let value { copy.headers.append((name, value)) }
        return copy
    }

    var bytes: [UInt8] {
        var head = "\(method) \(target) \(version)\r\n"
        for header in headers { head += "\(header.name): \(header.value)\r\n" }
        if hasLength { head += "Content-Length: \(body.count)\r\n" }
        return Array((head + "\r\n").utf8) + body
    }

    /// The same request with its body in chunks of the given size.
    func chunked(by size: Int, trailers: String = "") -> [UInt8] {
        var copy = with("Transfer-Encoding", "chunked")
        copy.hasLength = false
        copy.body = []
        var bytes = copy.bytes
        var rest = body[...]
        while !rest.isEmpty {
            let chunk = rest.prefix(size)
            bytes += Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + Array("\r\n".utf8)
            rest = rest.dropFirst(size)
        }
        return bytes + Array("0\r\n\(trailers)\r\n".utf8)
    }
}
