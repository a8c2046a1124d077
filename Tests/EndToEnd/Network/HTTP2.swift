import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import Testing

extension Network {
    /// Asked by SwiftNIO's HTTP/2 over BoringSSL: neither is what the server uses.
    @Suite("HTTP/2")
    struct HTTP2 {
        private func serving(
            options: [String] = [],
            _ body: (Footprint, TestAuthority, HTTPClient) async throws -> Void
        ) async throws {
            try await Installation.with { installation in
                let authority = try TestAuthority(in: "\(installation.folder)/tls")
                let server = try await installation.serve(
                    options: ["--tls-cert", authority.serverCertificate, "--tls-key", authority.serverKey] + options,
                    authority: authority
                )
                var tls = TLSConfiguration.makeClientConfiguration()
                tls.trustRoots = .file(authority.certificate)
                try await HTTPClient.withHTTPClient(configuration: .init(tlsConfiguration: tls)) { http in
                    try await body(server, authority, http)
                }
            }
        }

        private struct Reply {
            var version: HTTPVersion
            var answer: HTTPAnswer
        }

        private func ask(_ request: HTTPRequest, _ server: Footprint, _ http: HTTPClient) async throws -> Reply {
            var sent = HTTPClientRequest(url: "https://localhost:\(server.port)\(request.target)")
            sent.method = HTTPMethod(rawValue: request.method)
            for header in request.headers where header.name != "Host" {
                sent.headers.add(name: header.name, value: header.value)
            }
            if !request.body.isEmpty { sent.body = .bytes(ByteBuffer(bytes: request.body)) }
            let response = try await http.execute(sent, timeout: .seconds(30))
            let body = try await response.body.collect(upTo: 64 << 20)
            return Reply(
                version: response.version,
                answer: HTTPAnswer(
                    version: "\(response.version)",
                    status: Int(response.status.code),
                    headers: response.headers.map { ($0.name, $0.value) },
                    body: Array(buffer: body)
                )
            )
        }

        @Test("every answer is the one that HTTP/1.1 gets")
        func sameAnswers() async throws {
            try await serving(options: ["--body-limit-kib", "64"]) { server, authority, http in
                let uid = ReportBody.newUser("h2")
                let good = HTTPRequest.report(ReportBody.text(uid: uid), token: server.token)
                let wrong = HTTPRequest.report(
                    ReportBody.text(items: #"[{"page_id":"1","channel":3}]"#),
                    token: server.token
                )
                let requests: [(name: String, request: HTTPRequest)] = [
                    ("stored", good),
                    (
                        "gzip",
                        HTTPRequest.report(try await Gzip.packed(ReportBody.text(uid: uid).utf8), token: server.token)
                            .with("Content-Encoding", "gzip")
                    ),
                    ("dry run", good.with("X-Footprint-Dry-Run", "1")),
                    ("another origin", good.with("Origin", "https://shop.example")),
                    ("Bearer", good.with("Authorization", "Bearer \(server.token)")),
                    ("a wrong field", wrong),
                    ("every wrong field", wrong.with("X-Footprint-Detail", "all")),
                    (
                        "every wrong field, as preferred from another origin",
                        wrong.with("Prefer", "return=representation").with("Origin", "https://shop.example")
                    ),
                    (
                        "a dry run that asks",
                        good.with("X-Footprint-Dry-Run", "1").with("Prefer", "return=representation")
                    ),
                    ("no JSON", good.with("Content-Type", "text/plain")),
                    ("no token", good.with("Authorization", nil)),
                    ("a wrong token", good.with("Authorization", "nonsense")),
                    ("empty", .report("", token: server.token)),
                    ("too large", .report(ReportBody.padded(to: 65_537, uid: uid), token: server.token)),
                    ("as large as may be", .report(ReportBody.padded(to: 65_536, uid: uid), token: server.token)),
                    ("another method", HTTPRequest(method: "PUT", headers: good.headers, body: good.body)),
                    (
                        "preflight",
                        HTTPRequest(
                            method: "OPTIONS",
                            headers: [
                                ("Origin", "https://shop.example"), ("Access-Control-Request-Method", "POST"),
                                ("Access-Control-Request-Headers", "authorization"),
                            ]
                        )
                    ),
                    ("HEAD", HTTPRequest(method: "HEAD", target: "/", hasLength: false)),
                    ("a page", .get("/")),
                    ("nothing there", .get("/nothing")),
                    (
                        // A question's answer says as of when it is: no two are alike.
                        "an answer of the API",
                        .get("/api/v1/plan", authorization: server.installation.adminToken)
                    ),
                    ("a question by nobody", .get("/api/v1/overview")),
                    ("ready", .get("/healthz")),
                ]
                for (name, request) in requests {
                    var first = request
                    if first.headers.allSatisfy({ $0.name != "Host" }) { first.headers.append(("Host", "localhost")) }
                    let one = try HTTPConnection.ask(first, port: server.port, authority: authority)
                    let two = try await ask(request, server, http)
                    #expect(two.version == .http2, "\(name)")
                    #expect(two.answer.status == one.status, "\(name): \(two.answer) \(one)")
                    #expect(two.answer.body == (request.method == "HEAD" ? [] : one.body), "\(name)")
                    let unlike: Set = ["date", "connection", "transfer-encoding", "content-length"]
                    func headers(_ answer: HTTPAnswer) -> [String] {
                        let kept = answer.headers.filter { !unlike.contains($0.name.lowercased()) }
                        return kept.map { "\($0.name.lowercased()): \($0.value)" }.sorted()
                    }
                    #expect(headers(two.answer) == headers(one), "\(name)")
                    #expect(two.answer["date"] != nil, "\(name)")
                }
                // Two good, two zipped, two of another origin, two by Bearer, two as large as may be.
                #expect(try await server.events(of: uid, atLeast: 10).count == 10)
            }
        }

        @Test("a hundred reports at once on one connection, each stored once, and a megabyte among them")
        func concurrent() async throws {
            try await serving { server, _, http in
                let uid = ReportBody.newUser("many")
                let large = ReportBody.padded(to: 1 << 20, uid: uid)
                let token = server.token
                try await withThrowingTaskGroup(of: Reply.self) { group in
                    for number in 0..<300 {
                        let body = number % 50 == 0 ? large : Array(ReportBody.text(uid: uid).utf8)
                        group.addTask { try await ask(.report(body, token: token), server, http) }
                    }
                    for try await reply in group {
                        #expect(reply.version == .http2)
                        expectStored(reply.answer)
                    }
                }
                #expect(try await server.events(of: uid, atLeast: 300).count == 300)
                #expect(try server.metric("connections") ?? 99 <= 4)
            }
        }

        @Test("SIGTERM ends a connection that waits, and the server with it")
        func drain() async throws {
            try await serving { server, _, http in
                expectStored(
                    try await ask(.report(ReportBody.text(items: "[{}]"), token: server.token), server, http).answer
                )
                #expect(try await server.stop() == .exit(0))
                await #expect(throws: (any Error).self) { try await ask(.get("/healthz"), server, http) }
            }
        }

        // MARK: - Clients that do not keep the rules

        private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

        private static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8]) -> [UInt8] {
            var bytes: [UInt8] = withUnsafeBytes(of: UInt32(payload.count).bigEndian) { Array($0.dropFirst()) }
            bytes += [type, flags]
            bytes += withUnsafeBytes(of: stream.bigEndian) { Array($0) }
            return bytes + payload
        }

        /// HPACK literals without indexing (RFC 7541 6.2.2), each shorter than 127 bytes.
        private static func block(_ headers: [(String, String)]) -> [UInt8] {
            var bytes: [UInt8] = []
            for (name, value) in headers {
                bytes += [0, UInt8(name.utf8.count)]
                bytes += Array(name.utf8)
                bytes.append(UInt8(value.utf8.count))
                bytes += Array(value.utf8)
            }
            return bytes
        }

        private static let get = block([
            (":method", "GET"), (":path", "/healthz"), (":scheme", "https"), (":authority", "localhost"),
        ])

        /// What the server says until it closes, or until it has kept still for the connection's time limit.
        private func talk(_ bytes: [UInt8], _ server: Footprint, _ authority: TestAuthority) async throws -> (
            frames: [(type: UInt8, flags: UInt8, payload: [UInt8])], isClosed: Bool
        ) {
            let port = server.port
            return try await onOwnThread {
                let connection = try HTTPConnection(port: port, timeoutSeconds: 3, authority: authority, offering: "h2")
                connection.sendWhileOpen(Self.preface + Self.frame(4, 0, 0, []) + bytes)
                var frames: [(UInt8, UInt8, [UInt8])] = []
                do {
                    while true {
                        let head = try connection.bytes(9)
                        let count = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
                        frames.append((head[3], head[4], try connection.bytes(count)))
                    }
                } catch HTTPConnection.Failure.timedOut {
                    return (frames, false)
                } catch {
                    return (frames, true)
                }
            }
        }

        private static func violations() -> [(name: String, bytes: [UInt8])] {
            let request = frame(1, 0x5, 1, get)
            let openHead = frame(1, 0, 1, get)
            let filler = frame(9, 0, 1, block([("x-filler", "0123456789")]))
            let ping = frame(6, 0, 0, Array(repeating: 1, count: 8))
            let noise = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
            let filled: [UInt8] = Array(repeatElement(filler, count: 3_000).joined())
            var dropped: [UInt8] = []
            for number in 0..<10_000 {
                let stream = UInt32(number * 2 + 1)
                dropped += frame(1, 0x5, stream, get)
                dropped += frame(3, 0, stream, [0, 0, 0, 8])
            }
            return [
                ("no preface", Array("GET / HTTP/1.1\r\n\r\n".utf8)),
                ("noise", noise),
                ("a frame over the size", frame(0, 0, 1, Array(repeating: 0, count: 20_000))),
                ("data on no stream", frame(0, 0, 0, [1, 2, 3])),
                ("an even stream", frame(1, 0x5, 2, get)),
                ("a stream again", request + request),
                ("a header block that is none", frame(1, 0x5, 1, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])),
                ("a window of nothing", frame(8, 0, 0, [0, 0, 0, 0])),
                ("settings of five bytes", frame(4, 0, 0, [1, 2, 3, 4, 5])),
                ("ten thousand streams begun and dropped", dropped),
                ("a flood of settings", Array(repeatElement(frame(4, 0, 0, []), count: 20_000).joined())),
                ("a flood of pings", Array(repeatElement(ping, count: 20_000).joined())),
                ("a head that never ends", openHead + filled),
            ]
        }

        @Test("what breaks the protocol ends that connection, and no other")
        func violations() async throws {
            try await serving { server, authority, http in
                for (name, bytes) in Self.violations() {
                    let end = try await talk(bytes, server, authority)
                    #expect(
                        end.isClosed || name.hasPrefix("a flood of pings"),
                        "\(name): still open, \(end.frames.count) frames"
                    )
                    expectStored(
                        try await ask(.report(ReportBody.text(items: "[{}]"), token: server.token), server, http).answer
                    )
                }
                #expect(server.process.ending == nil)
            }
        }

        @Test("a request that HTTP forbids is refused on its stream")
        func malformedRequests() async throws {
            try await serving { server, authority, _ in
                let usual = [
                    (":method", "GET"), (":path", "/healthz"), (":scheme", "https"), (":authority", "localhost"),
                ]
                let wrong: [(name: String, headers: [(String, String)])] = [
                    ("no path", usual.filter { $0.0 != ":path" }),
                    ("two paths", usual + [(":path", "/")]),
                    ("a header in capitals", usual + [("X-Name", "1")]),
                    ("a header of the connection's", usual + [("connection", "keep-alive")]),
                    ("a chunked body", usual + [("transfer-encoding", "chunked")]),
                    ("a line break in a value", usual + [("x-name", "a\r\nx-other: b")]),
                    (
                        "a space in the path",
                        [(":method", "GET"), (":path", "/a b"), (":scheme", "https"), (":authority", "h")]
                    ),
                ]
                for (name, headers) in wrong {
                    let end = try await talk(Self.frame(1, 0x5, 1, Self.block(headers)), server, authority)
                    // A reset of the stream, or an answer that refuses; never 200 (HPACK's static index 8).
                    let isReset = end.frames.contains { $0.type == 3 }
                    let answer = end.frames.first { $0.type == 1 }
                    #expect(
                        isReset || answer?.payload.first != 0x88 && answer != nil || end.isClosed,
                        "\(name): \(end.frames)"
                    )
                }
                let right = try await talk(Self.frame(1, 0x5, 1, Self.get), server, authority)
                #expect(right.frames.contains { $0.type == 1 && $0.payload.first == 0x88 })
            }
        }

        @Test(
            "clients that ask for much and read nothing, or send heads that unpack to much, take no more than the limits"
        )
        func memory() async throws {
            try await serving(options: ["--buffer-limit-mib", "16"]) { server, authority, http in
                let page = try HTTPConnection.ask(.get("/"), port: server.port, authority: authority).text
                let charts = try #require(page.firstMatch(of: /\/assets\/echarts\.[0-9a-f]+\.js/)).output
                let before = server.process.residentMiB
                // No room for any answer's body; a hundred streams ask for a megabyte each, on ten connections.
                let noWindow = Self.frame(4, 0, 0, [0, 4, 0, 0, 0, 0])
                let ask = Self.block([
                    (":method", "GET"), (":path", String(charts)), (":scheme", "https"), (":authority", "h"),
                ])
                let greedy = (0..<100).map { Self.frame(1, 0x5, UInt32($0 * 2 + 1), ask) }.joined()
                // A header of 4,000 bytes put into HPACK's table, then named again and again by one byte each.
                let long = Array("x-long".utf8)
                let value = [UInt8](repeating: UInt8(ascii: "a"), count: 3_900)
                let stored: [UInt8] =
                    [0x40, UInt8(long.count)] + long + [0x7F] + Self.integer(value.count - 127) + value
                let heads = (0..<100).map { number in
                    let names: [UInt8] = number == 0 ? stored : [0xBE, 0xBE, 0xBE]
                    return Self.frame(1, 0x4, UInt32(number * 2 + 1), Self.get + names)
                }.joined()
                let kept = try (0..<20).map { number in
                    let connection = try HTTPConnection(port: server.port, authority: authority, offering: "h2")
                    let bytes: [UInt8] =
                        number % 2 == 0 ? noWindow + Array(greedy) : Self.frame(4, 0, 0, []) + Array(heads)
                    connection.sendWhileOpen(Self.preface + bytes)
                    return connection
                }
                try await Task.sleep(for: .seconds(1))
                #expect(try server.metric("buffered_bytes") ?? .infinity <= Double(16 << 20))
                #expect(
                    server.process.residentMiB - before < 100,
                    "10 connections' 1,000 answers of a megabyte are one"
                )
                // They keep nobody else out.
                let answer = try await self.ask(
                    .report(ReportBody.text(items: "[{}]"), token: server.token),
                    server,
                    http
                )
                expectStored(answer.answer)
                withExtendedLifetime(kept) {}
            }
        }

        @Test("what a slow reader has read is let go, and who reads nothing at all is not heard for ever")
        func slowReaders() async throws {
            try await serving { server, authority, http in
                let page = try HTTPConnection.ask(.get("/"), port: server.port, authority: authority).text
                let charts = try #require(page.firstMatch(of: /\/assets\/echarts\.[0-9a-f]+\.js/)).output
                let before = server.process.residentMiB
                let port = server.port
                let path = String(charts)
                // A hundred megabytes through one connection, read a little at a time.
                let read = try await onOwnThread {
                    let connection = try HTTPConnection(port: port, authority: authority, offering: "h2")
                    let room: [UInt8] = [0x3F, 0xFF, 0xFF, 0xFF]
                    let ask = Self.block([
                        (":method", "GET"), (":path", path), (":scheme", "https"), (":authority", "h"),
                    ])
                    var bytes = Self.preface + Self.frame(4, 0, 0, [0, 4] + room) + Self.frame(8, 0, 0, room)
                    for number in 0..<100 { bytes += Self.frame(1, 0x5, UInt32(number * 2 + 1), ask) }
                    try connection.send(bytes)
                    var total = 0
                    while total < 90 << 20 { total += try connection.bytes(4_096).count }
                    return total
                }
                #expect(read >= 90 << 20)
                #expect(server.process.residentMiB - before < 60, "what was read is still held")

                // Three hundred thousand requests that are refused, by a client that reads none of the refusals.
                try await onOwnThread {
                    let connection = try HTTPConnection(
                        port: port,
                        timeoutSeconds: 2,
                        authority: authority,
                        offering: "h2"
                    )
                    var bytes = Self.preface + Self.frame(4, 0, 0, [])
                    for number in 0..<300_000 {
                        bytes += Self.frame(1, 0x5, UInt32(number * 2 + 1), [0x82, 0x84, 0x87])
                    }
                    connection.sendWhileOpen(bytes)
                }
                #expect(server.process.residentMiB - before < 80)
                expectStored(
                    try await ask(.report(ReportBody.text(items: "[{}]"), token: server.token), server, http).answer
                )
            }
        }

        @Test("a report whose body stops is answered 408, a connection without requests is ended in time")
        func slow() async throws {
            try await serving(options: ["--body-timeout", "2", "--idle-timeout", "3"]) { server, authority, _ in
                let head = Self.block([
                    (":method", "POST"), (":path", "/upbot/api/ReportBehaviorData"), (":scheme", "https"),
                    (":authority", "localhost"), ("content-type", "application/json"),
                ])
                // A token is longer than this spelling of HPACK lets a value be, so its length is spelled out.
                let token = Array(server.token.utf8)
                let authorization =
                    [0, 13] + Array("authorization".utf8) + [0x7F] + Self.integer(token.count - 127) + token
                let begin = Self.frame(1, 0x4, 1, head + authorization) + Self.frame(0, 0, 1, Array("{\"head\"".utf8))
                let port = server.port
                let frames = try await onOwnThread {
                    let connection = try HTTPConnection(
                        port: port,
                        timeoutSeconds: 30,
                        authority: authority,
                        offering: "h2"
                    )
                    connection.sendWhileOpen(Self.preface + Self.frame(4, 0, 0, []) + begin)
                    return try connection.bytesUntilClose()
                }
                let text = String(decoding: frames, as: UTF8.self)
                #expect(text.contains("did not come in time"))
            }
        }

        private static func integer(_ value: Int) -> [UInt8] {
            value < 128 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + integer(value >> 7)
        }
    }
}
