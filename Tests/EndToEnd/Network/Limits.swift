import Foundation
import Testing

extension Network {
    @Suite("So many a second, and who is counted")
    struct Limits {
        private func body() -> String { ReportBody.text(items: "[{}]") }

        /// Sends reports one after the other on one connection until one is answered otherwise.
        private func stored(_ request: HTTPRequest, _ server: Footprint, atMost limit: Int) throws -> (
            count: Int, refused: HTTPAnswer?
        ) {
            let connection = try server.connection()
            for count in 0..<limit {
                try connection.send(request.bytes)
                let answer = try connection.answer()
                if answer.text != Fixed.stored { return (count, answer) }
            }
            return (limit, nil)
        }

        private func expectTooMany(_ answer: HTTPAnswer?, sourceLocation: SourceLocation = #_sourceLocation) throws {
            let answer = try #require(answer, "nothing was refused", sourceLocation: sourceLocation)
            expectAnswer(
                answer,
                status: 429,
                body: #"{"ret":1003,"msg":"请求过于频繁，请稍后再试"}"#,
                sourceLocation: sourceLocation
            )
            #expect(Int(answer["Retry-After"] ?? "") ?? 0 >= 1, sourceLocation: sourceLocation)
        }

        @Test("an app over its limit is answered 1003 until it has waited; the others are not")
        func app() async throws {
            try await Installation.serving(options: ["--app-rate-limit", "20"]) { server in
                let one = try stored(.report(body(), token: server.token), server, atMost: 10_000)
                #expect(one.count >= 100 && one.count < 10_000, "five seconds' worth and what came while it was used")
                try expectTooMany(one.refused)
                let data = server.installation.data
                let other = try await Installation.appID(ofNewApp: "other", data: data)
                let token = try await Installation.issueToken(app: other, data: data)
                #expect(try stored(.report(body(), token: token), server, atMost: 50).count == 50)
                // What the header says is enough.
                try await Task.sleep(for: .seconds(Int(one.refused?["Retry-After"] ?? "") ?? 0))
                expectStored(try server.report(body()))
                #expect(try server.metric(#"reports_total{outcome="limited"}"#) == 1)
                // A page of another origin may read when to come again.
                let last = try stored(
                    HTTPRequest.report(body(), token: server.token).with("Origin", "https://shop.example"),
                    server,
                    atMost: 10_000
                )
                try expectTooMany(last.refused)
                #expect(last.refused?["Access-Control-Expose-Headers"] == "Retry-After")
            }
        }

        @Test("no limit is the default")
        func none() async throws {
            try await Installation.serving { server in
                let all = try stored(.report(body(), token: server.token), server, atMost: 3_000)
                #expect(all.count == 3_000)
            }
        }

        @Test("an address over its limit is refused before its token is looked at; who it is, a trusted proxy says")
        func address() async throws {
            try await Installation.serving(options: [
                "--address-rate-limit", "1", "--trusted-proxy", "127.0.0.0/8", "--trusted-proxy", "10.0.0.0/8",
            ]) { server in
                func request(_ forwarded: String?, token: String? = nil) -> HTTPRequest {
                    HTTPRequest.report(body(), token: token ?? server.token).with("X-Forwarded-For", forwarded)
                }
                try expectTooMany(try stored(request("203.0.113.1"), server, atMost: 50).refused)
                try expectTooMany(try stored(request("203.0.113.1", token: "nonsense"), server, atMost: 1).refused)
                // Another client of the same proxy; then one that says that it is another.
                expectStored(try server.ask(request("203.0.113.2")))
                try expectTooMany(try stored(request("203.0.113.9, 203.0.113.1"), server, atMost: 5).refused)
                try expectTooMany(try stored(request("203.0.113.1, 10.1.2.3"), server, atMost: 5).refused)
                // The addresses of one IPv6 customer are one.
                try expectTooMany(
                    try (1...50).lazy.map { try server.ask(request("2001:db8:1:2::\($0)")) }.first { $0.status != 200 }
                )
                expectStored(try server.ask(request("2001:db8:1:3::1")))
            }
        }

        @Test("without a trusted proxy the header says nothing")
        func untrusted() async throws {
            try await Installation.serving(options: ["--address-rate-limit", "1"]) { server in
                let answers = try (0..<50).map { number in
                    try server.ask(
                        HTTPRequest.report(body(), token: server.token).with("X-Forwarded-For", "203.0.113.\(number)")
                    )
                }
                try expectTooMany(answers.last)
            }
        }

        @Test("token calls are limited by address, and their secrets are not tried meanwhile")
        func tokenCalls() async throws {
            try await Installation.serving(options: ["--token-rate-limit", "1"]) { server in
                let call = HTTPRequest(
                    target: "/upbot/api/auth/GetAccessToken",
                    headers: [("Host", "localhost"), ("Content-Type", "application/json")],
                    body: Array(
                        #"{"appid":"\#(server.installation.app)","app_secret":"sec_wrong","grant_type":"client_credentials"}"#
                            .utf8
                    )
                )
                let answers = try (0..<20).map { _ in try server.ask(call) }
                #expect(answers.prefix(5).allSatisfy { $0.status == 401 })
                try expectTooMany(answers.last)
            }
        }

        @Test("who shows no good token fills half of the room for unfinished requests, and keeps no report out")
        func strangers() async throws {
            try await Installation.serving(options: ["--buffer-limit-mib", "4"]) { server in
                // Larger than a stranger's body may be: refused by its length alone.
                let large = "POST /upbot/api/auth/GetAccessToken HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n"
                let connection = try server.connection()
                try connection.send(large)
                #expect(try connection.answer().status == 413)
                let begun = "POST /upbot/api/auth/GetAccessToken HTTP/1.1\r\nHost: h\r\nContent-Length: 16000\r\n\r\n"
                let strangers = try (0..<400).map { _ in
                    let connection = try server.connection()
                    connection.sendWhileOpen(Array((begun + String(repeating: " ", count: 15_000)).utf8))
                    return connection
                }
                #expect(try server.metric("buffered_bytes") ?? 0 > Double(1 << 20), "they fill nothing")
                for _ in 0..<20 {
                    // In two pieces, so that it is unfinished for a while.
                    let bytes = HTTPRequest.report(ReportBody.padded(to: 12_000, uid: "u"), token: server.token).bytes
                    let reporter = try server.connection()
                    try reporter.send(bytes.prefix(6_000))
                    try await Task.sleep(for: .milliseconds(20))
                    try reporter.send(bytes.dropFirst(6_000))
                    expectStored(try reporter.answer())
                }
                withExtendedLifetime(strangers) {}
            }
        }

        @Test("SIGHUP reads the limits again; what cannot be read changes nothing")
        func reload() async throws {
            try await Installation.with { installation in
                let file = "\(installation.folder)/footprint.yml"
                func write(_ text: String) throws {
                    try Data(text.utf8).write(to: URL(filePath: file), options: .atomic)
                }
                try write("app-rate-limit: 1\n")
                let server = try await installation.serve(options: ["--config", file])
                try expectTooMany(try stored(.report(body(), token: server.token), server, atMost: 200).refused)

                func reload(saying words: String) async throws {
                    let before = server.process.errors.count
                    server.process.send(SIGHUP)
                    _ = try await eventually("the log says: \(words)", withinSeconds: 20) {
                        server.process.errors.dropFirst(before).contains(words) ? true : nil
                    }
                }
                try write("app-rate-limit: many\n")
                try await reload(saying: "kept the settings")
                try expectTooMany(try stored(.report(body(), token: server.token), server, atMost: 20).refused)
                try write("body-limit-kib: 1\n")
                try await reload(saying: "limits=changed")
                #expect(try stored(.report(body(), token: server.token), server, atMost: 200).count == 200)
                let large = ReportBody.padded(to: 1_025, uid: ReportBody.newUser())
                expectAnswer(try server.report(large), status: 413, body: Fixed.tooLarge)
                try await reload(saying: "limits=unchanged")
                #expect(try await server.stop() == .exit(0))
            }
        }

        @Test(
            "a proxy that is none is refused at the start",
            arguments: ["10.0.0.1/8", "proxy.example", "10.0.0.0/33", "::1/200"]
        )
        func wrongProxy(range: String) async throws {
            let finished = try await Program.run(["serve", "--data", "/nonexistent/x", "--trusted-proxy", range])
            #expect(finished.ending != .exit(0))
            #expect(finished.errors.contains("--trusted-proxy: expected an address or a range"), "\(finished)")
        }
    }
}
