import FootprintClient
import Synchronization
import Testing

/// Sending one report to a server that misbehaves on purpose.
@Suite struct ReportSenderTests {
    private let head = ReportHead(uid: "42", openid: "o-42", deviceType: 1)
    private let item = ReportItem(eventTime: 1_710_288_000, operateID: 10_000, pageID: 7, traceID: "t1")

    private func client(_ url: String, retryLimit: Duration = .seconds(20)) throws -> FootprintClient {
        var options = FootprintClient.Options()
        options.retryLimit = retryLimit
        options.attemptTimeout = .seconds(5)
        return try FootprintClient(url: url, token: "the-token", options: options)
    }

    @Test("a report goes out as the contract writes it")
    func contract() async throws {
        try await MisbehavingServer.run(always: .stored) { server, url in
            try await client(url).send([item, ReportItem(channel: 2, durationSeconds: 0)], of: head)
            let request = try #require(server.requests.first)
            #expect(server.requests.count == 1)
            #expect(request.path == "/upbot/api/ReportBehaviorData")
            #expect(request.authorization == "the-token")
            #expect(request.contentType == "application/json")
            #expect(
                request.body == #"{"head":{"uid":"42","openid":"o-42","device_type":1},"items":["#
                    + #"{"event_time":1710288000,"operate_id":10000,"page_id":7,"trace_id":"t1"},"#
                    + #"{"channel":2,"duration":0}]}"#
            )
        }
    }

    @Test(
        "what passes is tried again until it is stored",
        arguments: [
            MisbehavingServer.Behaviour.busy,
            .answer(status: 429, headers: [("Retry-After", "0")], body: #"{"ret":1003,"msg":"请求过于频繁，请稍后再试"}"#),
            .answer(status: 502, body: "<html>bad gateway</html>"),
            .answer(status: 504, body: ""),
            .close,
        ]
    )
    func triesAgain(_ trouble: MisbehavingServer.Behaviour) async throws {
        let script: MisbehavingServer.Script = { number, _ in number < 2 ? trouble : .stored }
        try await MisbehavingServer.run(script) { server, url in
            try await client(url).send([item], of: head)
            #expect(server.requests.count == 3)
            #expect(Set(server.requests.map(\.body)).count == 1, "every try is the same report")
        }
    }

    @Test("Retry-After is waited for")
    func retryAfter() async throws {
        let begin = ContinuousClock.now
        let script: MisbehavingServer.Script = { number, _ in
            number == 0
                ? .answer(status: 429, headers: [("Retry-After", "2")], body: #"{"ret":1003,"msg":""}"#) : .stored
        }
        try await MisbehavingServer.run(script) { server, url in
            try await client(url).send([item], of: head)
            #expect(server.requests.count == 2)
            // The back-off's own first wait is 0.1 s at most: only the header explains two seconds.
            #expect(ContinuousClock.now - begin >= .seconds(2))
        }
    }

    @Test(
        "what no repetition mends is said at once",
        arguments: [
            (
                MisbehavingServer.Behaviour.refused("items[0].page_id: expected an integer, found a string"),
                ReportError.refused(detail: "items[0].page_id: expected an integer, found a string")
            ),
            (.answer(status: 401, body: #"{"ret":1002,"msg":"鉴权失败，请重新获取token"}"#), .unauthorized),
            (.answer(status: 413, body: #"{"ret":1004,"msg":"请求数据过大"}"#), .tooLarge),
            (.answer(status: 413, body: ""), .tooLarge),
            (
                .answer(status: 404, body: "<h1>nothing\nhere</h1>"),
                .unexpected(status: 404, body: "<h1>nothing here</h1>")
            ),
            (.answer(status: 200, body: "hello"), .unexpected(status: 200, body: "hello")),
            (
                .answer(status: 200, body: #"{"ret":0}"#.replacing("0", with: "7")),
                .unexpected(status: 200, body: #"{"ret":7}"#)
            ),
        ]
    )
    func saysAtOnce(_ behaviour: MisbehavingServer.Behaviour, _ expected: ReportError) async throws {
        try await MisbehavingServer.run(always: behaviour) { server, url in
            await #expect(throws: expected) { try await client(url).send([item], of: head) }
            #expect(server.requests.count == 1)
        }
    }

    @Test("a server that stays busy is given up after the limit, with the reason")
    func givesUp() async throws {
        try await MisbehavingServer.run(always: .busy) { server, url in
            await #expect(throws: ReportError.unavailable(reason: "the server is busy")) {
                // Long enough for a second try on a machine that is busy with other tests.
                try await client(url, retryLimit: .seconds(5)).send([item], of: head)
            }
            #expect(server.requests.count >= 2)
        }
    }

    @Test("a wait that the server asks for and the limit forbids is not begun")
    func waitsNotInVain() async throws {
        let busy = MisbehavingServer.Behaviour.answer(status: 503, headers: [("Retry-After", "3600")], body: "")
        try await MisbehavingServer.run(always: busy) { server, url in
            await #expect(throws: ReportError.unavailable(reason: "the server is busy")) {
                try await client(url).send([item], of: head)
            }
            #expect(server.requests.count == 1)
        }
    }

    @Test("a port where nobody listens is unavailable, and named")
    func nobodyListens() async throws {
        // A port that was free a moment ago.
        let url = try await MisbehavingServer.run(always: .stored) { _, url in url }
        let error = await #expect(throws: ReportError.self) {
            try await client(url, retryLimit: .milliseconds(300)).send([item], of: head)
        }
        guard case .unavailable(let reason) = error else {
            Issue.record("expected unavailable, got \(String(describing: error))")
            return
        }
        #expect(reason == "cannot connect to \(url.dropFirst("http://".count)): Connection refused")
    }

    @Test("the token is asked for before each try, so that it can be renewed")
    func freshToken() async throws {
        let calls = Mutex(0)
        let script: MisbehavingServer.Script = { number, _ in number == 0 ? .busy : .stored }
        try await MisbehavingServer.run(script) { server, url in
            let client = try FootprintClient(
                url: url,
                token: { () throws(ReportError) in
                    let call = calls.withLock { calls in
                        calls += 1
                        return calls
                    }
                    return "token-\(call)"
                }
            )
            try await client.send([item], of: head)
            #expect(server.requests.map(\.authorization) == ["token-1", "token-2"])
        }
    }

    @Test(
        "addresses as people write them",
        arguments: [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/upbot/api/ReportBehaviorData"),
            ("https://stats.example/", "https://stats.example/upbot/api/ReportBehaviorData"),
            ("https://example.com/stats", "https://example.com/stats/upbot/api/ReportBehaviorData"),
            ("http://h/upbot/api/ReportBehaviorData", "http://h/upbot/api/ReportBehaviorData"),
        ]
    )
    func addresses(_ text: String, _ url: String) throws {
        #expect(try ReportEndpoint(text).url == url)
    }

    @Test("what is no address is refused", arguments: ["", "localhost:8080", "ftp://h", "http://", "http://h/?a=1"])
    func notAddresses(_ text: String) {
        #expect(throws: ReportError.invalidURL(text)) { try ReportEndpoint(text) }
    }
}
