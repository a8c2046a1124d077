import Access
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Insights
import NIOCore
import Testing

/// The routes by which administrators change something.
@Suite struct AdminRouteTests {
    /// One call that changes something, and what it is about.
    struct Change: Sendable, CustomStringConvertible {
        var method: HTTPRequest.Method
        var path: String
        var body: String?
        var description: String { "\(method) \(path) \(body ?? "")" }
    }

    static let reads = ["/api/v1/apps", "/api/v1/tokens", "/api/v1/keys", "/api/v1/audit"]

    static func changes(_ console: RunningConsole, tokenID: String) -> [Change] {
        [
            Change(method: .post, path: "/api/v1/apps", body: #"{"name":"another"}"#),
            Change(method: .post, path: "/api/v1/tokens", body: #"{"appid":"\#(console.appID)"}"#),
            Change(method: .post, path: "/api/v1/tokens", body: #"{"role":"viewer","name":"Li Lei","ttl":60}"#),
            Change(method: .post, path: "/api/v1/tokens/revoke", body: #"{"token":"\#(console.appToken)"}"#),
            Change(method: .delete, path: "/api/v1/tokens/\(tokenID)"),
            Change(method: .delete, path: "/api/v1/apps/\(console.appID)"),
            Change(method: .post, path: "/api/v1/keys/rotate", body: #"{"earlier_tokens":"stay_good"}"#),
        ]
    }

    static func send(
        _ client: any TestClientProtocol,
        _ change: Change,
        _ credentials: HTTPFields
    ) async throws -> TestResponse {
        var headers = credentials
        if change.body != nil { headers[.contentType] = "application/json; charset=utf-8" }
        return try await client.execute(
            uri: change.path,
            method: change.method,
            headers: headers,
            body: change.body.map(ByteBuffer.init(string:))
        )
    }

    private func issued(_ console: RunningConsole) throws -> String {
        try console.access.issueToken(for: .administrator(.viewer), ttlSeconds: 600, by: .system).id
    }

    @Test("an admin may make every call, by token and by session from our own page", arguments: [true, false])
    func admins(byToken: Bool) async throws {
        let console = try RunningConsole()
        let changes = Self.changes(console, tokenID: try issued(console))
        try await console.test { client in
            var credentials: HTTPFields = [.authorization: console.adminToken]
            if !byToken {
                let cookie = try #require(try await SessionTests.signIn(client, token: console.adminToken).cookie)
                credentials = [.cookie: cookie, try #require(HTTPField.Name("Sec-Fetch-Site")): "same-origin"]
            }
            for path in Self.reads {
                let answer = try await client.execute(uri: path, method: .get, headers: credentials)
                #expect(answer.status == .ok, "\(path): \(answer.text)")
                #expect(answer.headers[.cacheControl] == "no-store")
            }
            let before = try console.auditLines.count
            for change in changes {
                let answer = try await Self.send(client, change, credentials)
                #expect(answer.status == .ok, "\(change): \(answer.text)")
                #expect(answer.text.hasPrefix(#"{"ret":0,"msg":"","data":{"#))
            }
            let lines = try console.auditLines
            #expect(lines.count == before + changes.count)
            #expect(
                lines.suffix(changes.count).allSatisfy {
                    $0.contains(#""who":"admin:"#) && $0.contains(#","address":"127.0.0.1","#)
                }
            )
        }
    }

    @Test("a viewer is told so, and changes nothing; so is an app; whoever has no token is refused")
    func others() async throws {
        let console = try RunningConsole()
        let changes = Self.changes(console, tokenID: try issued(console))
        try await console.test { client in
            let cookie = try #require(try await SessionTests.signIn(client, token: console.viewerToken).cookie)
            let site = try #require(HTTPField.Name("Sec-Fetch-Site"))
            let log = try console.auditLines
            let reads = Self.reads.map { Change(method: .get, path: $0) }
            for change in reads + changes {
                for credentials: HTTPFields in [
                    [.authorization: console.viewerToken], [.cookie: cookie, site: "same-origin"],
                ] {
                    let answer = try await Self.send(client, change, credentials)
                    #expect(answer.status == .forbidden, "\(change)")
                    #expect(
                        answer.text
                            == #"{"ret":1002,"msg":"鉴权失败，请重新获取token","detail":"this needs an administrator; "#
                            + #"you are signed in as a viewer"}"#
                    )
                }
                #expect(try await Self.send(client, change, [.authorization: console.appToken]).status == .unauthorized)
                #expect(try await Self.send(client, change, [:]).status == .unauthorized)
            }
            #expect(try console.auditLines == log)
        }
    }

    @Test(
        "a session's call that another site's page, or none, made is refused and changes nothing",
        arguments: [
            [:], ["Sec-Fetch-Site": "cross-site"], ["Sec-Fetch-Site": "same-site"], ["Sec-Fetch-Site": "none"],
            ["Origin": "https://evil.example"], ["Origin": "null"],
            ["Origin": "http://localhost.evil.example"],
            // What the browser says itself counts more than what a page could not even set.
            ["Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"],
        ]
    )
    func crossSite(claims: [String: String]) async throws {
        let console = try RunningConsole()
        let changes = Self.changes(console, tokenID: try issued(console))
        try await console.test { client in
            let cookie = try #require(try await SessionTests.signIn(client, token: console.adminToken).cookie)
            var credentials: HTTPFields = [.cookie: cookie]
            for (name, value) in claims { credentials[try #require(HTTPField.Name(name))] = value }
            let log = try console.auditLines
            for change in changes {
                let answer = try await Self.send(client, change, credentials)
                #expect(answer.status == .forbidden, "\(change)")
                #expect(answer.text.contains(#"{"ret":1002,"#))
            }
            #expect(try console.auditLines == log)
            #expect(console.access.apps().map(\.id) == [console.appID])
            // The same page's header and a token: no question of origin.
            credentials[.authorization] = console.adminToken
            #expect(try await Self.send(client, changes[0], credentials).status == .ok)
        }
    }

    @Test("an app is added, listed, may report, and is removed")
    func apps() async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let credentials: HTTPFields = [.authorization: console.adminToken]
            let add = Change(method: .post, path: "/api/v1/apps", body: #"{"name":"商城"}"#)
            let added = try await Self.send(client, add, credentials).text
            let match = try #require(
                added.firstMatch(of: /\{"appid":"(app_[0-9a-z]{16})","app_secret":"(sec_[A-Za-z0-9_-]{43})"\}/)
            )
            let (id, secret) = (String(match.1), String(match.2))
            #expect(try console.access.checkSecret(app: id, secret: secret))
            let list = try await client.execute(uri: "/api/v1/apps", method: .get, headers: credentials).text
            #expect(list.contains(#"{"appid":"\#(id)","name":"商城","created":\#(console.clock.now)}"#))
            #expect(!list.contains("sec_") && !list.contains("hash"))
            #expect(!(try console.auditLines.contains { $0.contains(secret) }))

            let remove = Change(method: .delete, path: "/api/v1/apps/\(id)")
            let removed = try await Self.send(client, remove, credentials)
            #expect(removed.text == #"{"ret":0,"msg":"","data":{}}"#)
            let again = try await Self.send(client, remove, credentials)
            #expect(again.status == .notFound)
            #expect(again.text.contains(#"{"ret":1006,"#) && again.text.contains("already removed"))
            let never = Change(method: .delete, path: "/api/v1/apps/app_0000000000000000")
            #expect(try await Self.send(client, never, credentials).status == .notFound)
        }
    }

    @Test("tokens are issued, listed without the token, good for what they say, and revoked by id and by themselves")
    func tokens() async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let credentials: HTTPFields = [.authorization: console.adminToken]
            func issue(_ body: String) async throws -> (token: String, id: String, expires: String) {
                let answer = try await Self.send(
                    client,
                    Change(method: .post, path: "/api/v1/tokens", body: body),
                    credentials
                )
                let match = try #require(
                    answer.text.firstMatch(of: /\{"token":"([^"]+)","id":"([A-Za-z0-9_-]{22})","expires":([0-9]+)\}/)
                )
                return (String(match.1), String(match.2), String(match.3))
            }
            let ofApp = try await issue(#"{"appid":"\#(console.appID)","ttl":60}"#)
            let viewer = try await issue(#"{"role":"viewer","name":"Li Lei","appid":null}"#)
            let list = try await client.execute(uri: "/api/v1/tokens", method: .get, headers: credentials).text
            let by = #""by":"admin:"#
            #expect(
                list.contains(
                    #"[{"id":"\#(viewer.id)","kind":"viewer","name":"Li Lei","issued":\#(console.clock.now),"#
                        + #""expires":\#(console.clock.now + 7_200),\#(by)"#
                )
            )
            #expect(list.contains(#"{"id":"\#(ofApp.id)","kind":"app","appid":"\#(console.appID)","issued":"#))
            #expect(!list.contains(viewer.token) && !list.contains(ofApp.token))
            #expect(ofApp.expires == "\(console.clock.now + 60)")

            func status(_ token: String) async throws -> HTTPResponse.Status {
                try await client.execute(uri: "/api/v1/pages", method: .get, headers: [.authorization: token]).status
            }
            #expect(try await status(viewer.token) == .ok)
            let byID = Change(method: .delete, path: "/api/v1/tokens/\(viewer.id)")
            for _ in 0..<2 { #expect(try await Self.send(client, byID, credentials).status == .ok) }
            #expect(try await status(viewer.token) == .unauthorized)
            let byToken = Change(method: .post, path: "/api/v1/tokens/revoke", body: #"{"token":"\#(ofApp.token)"}"#)
            #expect(try await Self.send(client, byToken, credentials).status == .ok)
            let rest = try await client.execute(uri: "/api/v1/tokens", method: .get, headers: credentials).text
            #expect(rest == #"{"ret":0,"msg":"","data":[]}"#)
            let unknown = Change(method: .delete, path: "/api/v1/tokens/AAAAAAAAAAAAAAAAAAAAAA")
            let answer = try await Self.send(client, unknown, credentials)
            #expect(answer.status == .notFound)
            #expect(answer.text.contains(#"{"ret":1006,"#))
        }
    }

    @Test("keys are listed without the key, and rotated; what ends earlier tokens ends the caller's too")
    func keys() async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let credentials: HTTPFields = [.authorization: console.adminToken]
            let cookie = try #require(try await SessionTests.signIn(client, token: console.adminToken).cookie)
            func rotate(_ earlier: String) async throws -> TestResponse {
                let body = #"{"earlier_tokens":"\#(earlier)"}"#
                return try await Self.send(
                    client,
                    Change(method: .post, path: "/api/v1/keys/rotate", body: body),
                    credentials
                )
            }
            let first = try #require(console.access.keys().first?.id)
            let rotated = try await rotate("stay_good")
            let second = try #require(rotated.text.firstMatch(of: /"id":"([0-9a-z]{12})"/)).1
            let list = try await client.execute(uri: "/api/v1/keys", method: .get, headers: credentials).text
            let time = console.clock.now
            #expect(
                list == #"{"ret":0,"msg":"","data":[{"id":"\#(first)","created":\#(time),"retired":\#(time)},"#
                    + #"{"id":"\#(second)","created":\#(time)}]}"#
            )
            #expect(try await rotate("end_now").status == .ok)
            #expect(try await rotate("stay_good").status == .unauthorized)
            #expect(try await !SessionTests.isAdmitted(client, cookie: cookie))
        }
    }

    @Test("the audit log is read page by page, newest first")
    func audit() async throws {
        let console = try RunningConsole()
        for _ in 0..<5 { try console.access.record(.sessionEnded, by: .commandLine(user: "alice")) }
        try await console.test { client in
            func ask(_ query: String) async throws -> String {
                try await client.execute(
                    uri: "/api/v1/audit?\(query)",
                    method: .get,
                    headers: [.authorization: console.adminToken]
                ).text
            }
            let time = console.clock.now
            let newest = try await ask("limit=1")
            #expect(
                newest == #"{"ret":0,"msg":"","data":{"entries":[{"seq":6,"time":\#(time),"#
                    + #""who":"cli:alice","action":"session.end"}],"next_before":6}}"#
            )
            let oldest = try await ask("before=2")
            #expect(
                oldest == #"{"ret":0,"msg":"","data":{"entries":[{"seq":1,"time":\#(time),"#
                    + #""who":"system","action":"app.add","target":"\#(console.appID)","detail":{"name":"tests"}}],"#
                    + #""next_before":null}}"#
            )
            #expect(try await ask("who=cli:alice&action=session.end&limit=1000").matches(of: /"seq":/).count == 5)
            #expect(try await ask("who=cli%3Aalice&from=\(time)&to=\(time + 1)").matches(of: /"seq":/).count == 5)
            #expect(try await ask("to=\(time)").contains(#""entries":[]"#))
        }
    }

    @Test(
        "a call that cannot be read is 400 with what is wrong, and changes nothing",
        arguments: [
            ("POST", "/api/v1/apps", "", "Content-Type"), ("POST", "/api/v1/apps", "{}", "name: required"),
            ("POST", "/api/v1/apps", "[]", "expected an object"), ("POST", "/api/v1/apps", "{", "not JSON"),
            ("POST", "/api/v1/apps", #"{"name":1}"#, "name: expected a string"),
            ("POST", "/api/v1/apps", #"{"name":"a","nam":"b"}"#, "other members"),
            ("POST", "/api/v1/apps", #"{"name":"a\nb"}"#, "control character"),
            ("POST", "/api/v1/tokens", "{}", "appid"), ("POST", "/api/v1/tokens", #"{"role":"admin"}"#, "over HTTP"),
            ("POST", "/api/v1/tokens", #"{"role":"root"}"#, "viewer"),
            ("POST", "/api/v1/tokens", #"{"role":"viewer","appid":"app_1"}"#, "for whom"),
            ("POST", "/api/v1/tokens", #"{"appid":"app_0000000000000000"}"#, "appid: there is no app"),
            ("POST", "/api/v1/tokens", #"{"appid":"app_0000000000000000","name":"x"}"#, "name: only"),
            ("POST", "/api/v1/tokens", #"{"role":"viewer","ttl":0}"#, "0 seconds"),
            ("POST", "/api/v1/tokens", #"{"role":"viewer","ttl":"60"}"#, "ttl: expected an integer"),
            ("POST", "/api/v1/tokens", #"{"role":"viewer","ttl":1.5}"#, "ttl: expected an integer"),
            ("POST", "/api/v1/tokens", #"{"role":"viewer","name":""}"#, "is empty"),
            ("POST", "/api/v1/tokens/revoke", "{}", "token: required"),
            ("POST", "/api/v1/tokens/revoke", #"{"token":"nonsense"}"#, "not a token issued here"),
            ("POST", "/api/v1/keys/rotate", "{}", "earlier_tokens: required"),
            ("POST", "/api/v1/keys/rotate", #"{"earlier_tokens":"now"}"#, "end_now"),
            ("GET", "/api/v1/audit?limit=0", "", "limit: expected 1 to 1000"),
            ("GET", "/api/v1/audit?limit=1001", "", "limit: expected 1 to 1000"),
            ("GET", "/api/v1/audit?from=yesterday", "", "from: expected a whole number"),
            ("GET", "/api/v1/audit?before=-1", "", "before: expected a whole number"),
            ("GET", "/api/v1/audit?limit=1&limit=2", "", "limit: given twice"),
            ("GET", "/api/v1/audit?page=2", "", "page: no such parameter"),
            ("GET", "/api/v1/audit?who=%zz", "", "who: %"),
        ]
    )
    func unreadable(method: String, path: String, body: String, detail: String) async throws {
        let console = try RunningConsole()
        let log = try console.auditLines
        try await console.test { client in
            let change = Change(
                method: try #require(HTTPRequest.Method(method)),
                path: path,
                body: body.isEmpty ? nil : body
            )
            let answer = try await Self.send(client, change, [.authorization: console.adminToken])
            #expect(answer.status == .badRequest, "\(answer.text)")
            #expect(answer.text.hasPrefix(#"{"ret":1001,"msg":"请求参数错误，请稍后再试","detail":""#))
            #expect(answer.text.contains(detail), "\(answer.text)")
            #expect(try console.auditLines == log)
        }
    }

    @Test("a body that is too large is 413; a form is no JSON, whoever sends it")
    func bodies() async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let large = #"{"name":"\#(String(repeating: "x", count: 20_000))"}"#
            let credentials: HTTPFields = [.authorization: console.adminToken]
            let change = Change(method: .post, path: "/api/v1/apps", body: large)
            #expect(try await Self.send(client, change, credentials).status == .contentTooLarge)
            let form = try await client.execute(
                uri: "/api/v1/apps",
                method: .post,
                headers: [.authorization: console.adminToken, .contentType: "application/x-www-form-urlencoded"],
                body: ByteBuffer(string: #"{"name":"a"}"#)
            )
            #expect(form.status == .badRequest)
        }
    }

    @Test("other methods are 405 with Allow, and paths further down are none")
    func methods() async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let headers: HTTPFields = [.authorization: console.adminToken]
            for (path, allowed) in [
                ("/api/v1/apps", "GET, POST, HEAD"), ("/api/v1/apps/app_1", "DELETE"), ("/api/v1/keys/rotate", "POST"),
                ("/api/v1/tokens/revoke", "POST"), ("/api/v1/audit", "GET, HEAD"),
            ] {
                let answer = try await client.execute(uri: path, method: .patch, headers: headers)
                #expect(answer.status == .methodNotAllowed)
                #expect(answer.headers[.allow] == allowed)
            }
            for path in ["/api/v1/apps/app_1/x", "/api/v1/audit/1", "/api/v1/keys/rotate/now"] {
                #expect(try await client.execute(uri: path, method: .get, headers: headers).status == .notFound)
            }
        }
    }
}
