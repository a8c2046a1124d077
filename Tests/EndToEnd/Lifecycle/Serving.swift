import Foundation
import Testing

extension Lifecycle {
    @Suite("A server that runs")
    struct Serving {
        @Test("says where it is, on stdout and in serve.json, and that it is alive and ready")
        func announcement() async throws {
            try await Installation.serving { server in
                #expect(server.process.output.contains(server.url))
                for path in ["/healthz", "/readyz"] {
                    let answer = try server.ask(.get(path))
                    #expect(answer.status == 200, "\(path): \(answer)")
                }
                #expect(try server.ask(.get("/nothing")).status == 404)
            }
        }

        @Test("needs no privileges: it serves as an ordinary user")
        func unprivileged() async throws {
            try await Installation.with { installation in
                let server = try await installation.serveUnprivileged()
                let uid = ReportBody.newUser("ordinary")
                expectStored(try server.report(ReportBody.text(uid: uid)))
                #expect(try await server.events(of: uid).count == 1)
                #expect(try await server.stop() == .exit(0))
            }
        }

        @Test("a shell's low limit of open files is not the limit of connections")
        func manyConnections() async throws {
            try await Installation.with { installation in
                let server = try await installation.serve(softFileLimit: 256)
                let connections = try (0..<400).map { _ in try server.connection() }
                for connection in connections {
                    try connection.send(HTTPRequest.report(ReportBody.text(items: "[{}]"), token: server.token).bytes)
                    expectStored(try connection.answer())
                }
                #expect(try await server.stop() == .exit(0))
            }
        }

        @Test("clients that stop in the middle of a head or body are sent away, while others are served")
        func slowClients() async throws {
            try await Installation.serving(options: [
                "--header-timeout", "2", "--body-timeout", "3", "--idle-timeout", "4",
            ]) { server in
                let head =
                    "POST /upbot/api/ReportBehaviorData HTTP/1.1\r\nHost: x\r\nAuthorization: \(server.token)\r\n"
                let beginnings = [
                    "", "P", "POST /up", head,
                    head + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"head\"",
                ]
                let stuck = try (0..<60).flatMap { _ in
                    try beginnings.map { text in
                        let connection = try server.connection(timeoutSeconds: 60)
                        try connection.send(text)
                        return connection
                    }
                }
                // A drop now and then must not reset the clock.
                let dripping = try server.connection(timeoutSeconds: 1)
                let healthy = try server.connection()
                var isDrippingOpen = true
                let clock = ContinuousClock()
                let deadline = clock.now + .seconds(60)
                while isDrippingOpen && clock.now < deadline {
                    try healthy.send(HTTPRequest.report(ReportBody.text(items: "[{}]"), token: server.token).bytes)
                    expectStored(try healthy.answer())
                    do {
                        try dripping.send("X")
                    } catch {
                        isDrippingOpen = false
                    }
                    try await Task.sleep(for: .milliseconds(200))
                }
                #expect(!isDrippingOpen, "a client that drips its request line is still served after a minute")
                for connection in stuck {
                    // Closed, with or without an answer that says why (408).
                    let rest = try await bytesUntilClose(of: connection)
                    #expect(rest.isEmpty || rest.hasPrefix("HTTP/1.1 408"), "\(rest)")
                }
                #expect(try server.ask(.get("/healthz")).status == 200)
            }
        }

        private func bytesUntilClose(of connection: HTTPConnection) async throws -> String {
            String(decoding: try connection.bytesUntilClose(), as: UTF8.self)
        }

        @Test(
            "bodies that are under way take no more memory than they may: beyond it 503 and 1005, and others are served"
        )
        func boundedBodies() async throws {
            try await Installation.serving(options: ["--buffer-limit-mib", "4"]) { server in
                let body = ReportBody.padded(to: 1 << 20, uid: ReportBody.newUser())
                let bytes = HTTPRequest.report(body, token: server.token).bytes
                // All but the last byte of each: nothing can be answered 0, and everything must be held.
                let waiting = try await onOwnThread {
                    try (0..<24).map { _ in
                        let connection = Held(try server.connection())
                        connection.value.sendWhileOpen(bytes.dropLast())
                        return connection
                    }
                }
                expectStored(try server.report(ReportBody.text(items: "[{}]")))
                var stored = 0
                var refused = 0
                for connection in waiting.map(\.value) {
                    connection.sendWhileOpen(bytes.suffix(1))
                    let answer = try connection.answer()
                    if answer.status == 503 {
                        #expect(answer.ret == 1005)
                        #expect(answer["Retry-After"] != nil)
                        refused += 1
                    } else {
                        expectStored(answer)
                        stored += 1
                    }
                }
                #expect(refused > 0, "24 MiB were held with a limit of 4 MiB")
                #expect(stored > 0, "nothing was held, though 4 MiB may be")
                expectStored(try server.report(body))
            }
        }

        /// A connection that is handed from one thread to another, and used by one at a time.
        private struct Held: @unchecked Sendable {
            let value: HTTPConnection
            init(_ value: HTTPConnection) { self.value = value }
        }

        @Test("a smaller body limit holds")
        func bodyLimit() async throws {
            try await Installation.serving(options: ["--body-limit-kib", "4"]) { server in
                expectStored(try server.report(ReportBody.padded(to: 4096, uid: ReportBody.newUser())))
                expectAnswer(
                    try server.report(ReportBody.padded(to: 4097, uid: ReportBody.newUser())),
                    status: 413,
                    body: Fixed.tooLarge
                )
            }
        }

        @Test("only the origins that were named are answered")
        func corsOrigins() async throws {
            try await Installation.serving(
                options: ["--cors-origins", "https://shop.example", "--cors-origins", "https://m.shop.example"]
            ) { server in
                func allowed(_ origin: String, method: String) throws -> String? {
                    var request = HTTPRequest.report(ReportBody.text(items: "[{}]"), token: server.token)
                    request.method = method
                    if method == "OPTIONS" {
                        request.body = []
                        request = request.with("Access-Control-Request-Method", "POST").with("Authorization", nil)
                    }
                    return try server.ask(request.with("Origin", origin))["Access-Control-Allow-Origin"]
                }
                let expected: [(String, String?)] = [
                    ("https://shop.example", "https://shop.example"),
                    ("https://m.shop.example", "https://m.shop.example"),
                    ("https://shop.example.evil.example", nil), ("http://shop.example", nil), ("null", nil),
                ]
                for method in ["OPTIONS", "POST"] {
                    for (origin, answer) in expected {
                        let seen = try allowed(origin, method: method)
                        #expect(seen == answer, "\(method) from \(origin)")
                    }
                }
            }
        }

        @Test("settings come from the environment too, and an option goes before them")
        func environment() async throws {
            try await Installation.with { installation in
                let server = try await installation.serve(
                    options: ["--body-limit-kib", "8"],
                    environment: ["FOOTPRINT_BODY_LIMIT_KIB": "2", "FOOTPRINT_CORS_ORIGINS": "https://only.example"]
                )
                expectStored(try server.report(ReportBody.padded(to: 8192, uid: ReportBody.newUser())))
                let request = HTTPRequest.report(ReportBody.text(items: "[{}]"), token: server.token)
                #expect(
                    try server.ask(request.with("Origin", "https://other.example"))["Access-Control-Allow-Origin"]
                        == nil
                )
            }
        }
    }
}
