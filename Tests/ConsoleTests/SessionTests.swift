import Access
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@Suite struct SessionTests {
    static let path = "/console/session"

    /// Signs in as the page does and gives the cookie to send back.
    static func signIn(
        _ client: any TestClientProtocol,
        token: String,
        headers extra: HTTPFields = [:]
    ) async throws -> (answer: TestResponse, cookie: String?) {
        var headers: HTTPFields = [.contentType: "application/json"]
        headers.append(contentsOf: extra)
        let answer = try await client.execute(
            uri: path,
            method: .post,
            headers: headers,
            body: ByteBuffer(string: #"{"token":"\#(token)"}"#)
        )
        let cookie = answer.headers[.setCookie]?.split(separator: ";").first.map(String.init)
        return (answer, cookie)
    }

    static func isAdmitted(_ client: any TestClientProtocol, cookie: String) async throws -> Bool {
        try await client.execute(uri: "/api/v1/pages", method: .get, headers: [.cookie: "a=b; \(cookie)"]).status == .ok
    }

    @Test("an admin signs in, asks, signs out; the cookie is out of scripts' and other sites' reach")
    func signInAndOut() async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let (answer, cookie) = try await Self.signIn(client, token: console.adminToken)
            #expect(answer.status == .ok)
            #expect(answer.text.hasPrefix(#"{"ret":0,"msg":"","data":{"signed_in":true,"expires_at":"#))
            let set = try #require(answer.headers[.setCookie])
            #expect(set.hasSuffix("; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict"))
            let mine = try #require(cookie)
            #expect(mine.count == "footprint_session=".count + 64, "256 bits in hexadecimal")
            #expect(try await Self.isAdmitted(client, cookie: mine))

            let state = try await client.execute(uri: Self.path, method: .get, headers: [.cookie: mine])
            #expect(state.text.hasPrefix(#"{"ret":0,"msg":"","data":{"signed_in":true,"expires_at":"#))
            #expect(state.text.hasSuffix(#","role":"admin"}}"#))
            let out = try await client.execute(uri: Self.path, method: .delete, headers: [.cookie: mine])
            #expect(out.headers[.setCookie]?.contains("Max-Age=0") == true)
            #expect(try await !Self.isAdmitted(client, cookie: mine))
            let after = try await client.execute(uri: Self.path, method: .get, headers: [.cookie: mine])
            #expect(after.text == #"{"ret":0,"msg":"","data":{"signed_in":false}}"#)
        }
    }

    @Test("a cookie that came by TLS never travels without it, and one that did not may", arguments: [true, false])
    func secureCookie(isSecure: Bool) async throws {
        let console = try RunningConsole()
        for method in [HTTPRequest.Method.post, .delete] {
            let request = Request(
                head: HTTPRequest(
                    method: method,
                    scheme: "http",
                    authority: "localhost",
                    path: Self.path,
                    headerFields: [.contentType: "application/json"]
                ),
                body: RequestBody(buffer: ByteBuffer(string: #"{"token":"\#(console.adminToken)"}"#))
            )
            let (response, _) = try await console.answer(request, isSecure: isSecure)
            #expect(response.status == .ok)
            let cookie = try #require(response.headers[.setCookie])
            #expect(cookie.hasSuffix("; HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "")))
        }
    }

    @Test("who signs in and out is in the audit log, with the address; who fails is not")
    func audited() async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let cookie = try #require(try await Self.signIn(client, token: console.viewerToken).cookie)
            _ = try await Self.signIn(client, token: "guess")
            _ = try await Self.signIn(client, token: console.appToken)
            _ = try await client.execute(uri: Self.path, method: .delete, headers: [.cookie: cookie])
            _ = try await client.execute(uri: Self.path, method: .delete, headers: [.cookie: cookie])
            let again = try #require(try await Self.signIn(client, token: console.adminToken).cookie)
            // Signing in over a session ends that one.
            _ = try await Self.signIn(client, token: console.viewerToken, headers: [.cookie: again])
            let entries = try console.access.audit.page(matching: AuditFilter(action: "session"), limit: 10).entries
            #expect(
                entries.reversed().map { "\($0.action) \($0.who.prefix { $0 != ":" })" } == [
                    "session.start viewer", "session.end viewer", "session.start admin", "session.start viewer",
                    "session.end admin",
                ]
            )
            #expect(entries.allSatisfy { $0.address == "127.0.0.1" })
            #expect(!(try console.auditLines.contains { $0.contains(cookie.suffix(64)) }))
        }
    }

    @Test("nobody signs in without a trace: where the audit log cannot be written, the answer is 503")
    func noTraceNoSession() async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let cookie = try #require(try await Self.signIn(client, token: console.adminToken).cookie)
            try FileManager.default.removeItem(atPath: console.access.audit.path)
            try FileManager.default.createDirectory(
                atPath: console.access.audit.path,
                withIntermediateDirectories: false
            )
            let (answer, none) = try await Self.signIn(client, token: console.adminToken)
            #expect(answer.status == .serviceUnavailable)
            #expect(none == nil)
            #expect(!answer.text.contains("/"), "an answer names no file of this machine")
            // And nobody stays signed in for it.
            let out = try await client.execute(uri: Self.path, method: .delete, headers: [.cookie: cookie])
            #expect(out.status == .ok)
            #expect(try await !Self.isAdmitted(client, cookie: cookie))
        }
    }

    @Test("only an admin token signs in")
    func onlyAdmins() async throws {
        let console = try RunningConsole()
        try await console.test { client in
            for token in ["", "made-up", console.appToken] {
                let (answer, cookie) = try await Self.signIn(client, token: token)
                #expect(answer.status == .unauthorized)
                #expect(cookie == nil)
            }
        }
    }

    @Test("a session ends when its token is revoked, at once")
    func revocation() async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let cookie = try #require(try await Self.signIn(client, token: console.adminToken).cookie)
            #expect(try await Self.isAdmitted(client, cookie: cookie))
            // Another change of keys or apps leaves it alone.
            _ = try console.access.addApp(name: "another", by: .system)
            #expect(try await Self.isAdmitted(client, cookie: cookie))
            try console.access.revoke(token: console.adminToken, by: .system)
            #expect(try await !Self.isAdmitted(client, cookie: cookie))
        }
    }

    @Test("a session ends after 2 h without use, after 12 h in any case, and never outlives its token")
    func expiry() async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let idle = try #require(try await Self.signIn(client, token: console.adminToken).cookie)
            console.clock.advance(seconds: 2 * 3_600 - 1)
            #expect(try await Self.isAdmitted(client, cookie: idle), "use within 2 h keeps it")
            console.clock.advance(seconds: 2 * 3_600)
            #expect(try await !Self.isAdmitted(client, cookie: idle))

            let long = try #require(try await Self.signIn(client, token: console.adminToken).cookie)
            for _ in 0..<11 {
                console.clock.advance(seconds: 3_600)
                #expect(try await Self.isAdmitted(client, cookie: long))
            }
            console.clock.advance(seconds: 3_600)
            #expect(try await !Self.isAdmitted(client, cookie: long))

            let short = console.access.issueAdminToken(ttlSeconds: 600, nowSeconds: console.clock.now)
            let (answer, cookie) = try await Self.signIn(client, token: short)
            #expect(answer.headers[.setCookie]?.contains("Max-Age=600;") == true)
            console.clock.advance(seconds: 600)
            #expect(try await !Self.isAdmitted(client, cookie: try #require(cookie)))
        }
    }

    @Test(
        "another site's page can neither sign in nor sign out",
        arguments: [
            [HTTPField.Name.origin.rawName: "https://evil.example"],
            ["Sec-Fetch-Site": "cross-site"],
            ["Sec-Fetch-Site": "same-site"],
            [HTTPField.Name.origin.rawName: "null"],
        ]
    )
    func crossSite(claims: [String: String]) async throws {
        let console = try RunningConsole()
        try await console.test { client in
            var extra = HTTPFields()
            for (name, value) in claims { extra[try #require(HTTPField.Name(name))] = value }
            let (answer, cookie) = try await Self.signIn(client, token: console.adminToken, headers: extra)
            #expect(answer.status == .forbidden)
            #expect(cookie == nil)
            let mine = try #require(try await Self.signIn(client, token: console.adminToken).cookie)
            extra[.cookie] = mine
            let out = try await client.execute(uri: Self.path, method: .delete, headers: extra)
            #expect(out.status == .forbidden)
            #expect(try await Self.isAdmitted(client, cookie: mine))
        }
    }

    @Test("a form signs in only where the browser says that it is our own page's")
    func forms() async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let type = "application/x-www-form-urlencoded; charset=utf-8"
            let body = ByteBuffer(string: "token=\(console.adminToken)")
            let unclaimed = try await client.execute(
                uri: Self.path,
                method: .post,
                headers: [.contentType: type],
                body: body
            )
            #expect(unclaimed.status == .badRequest)
            var headers: HTTPFields = [.contentType: type]
            headers[try #require(HTTPField.Name("Sec-Fetch-Site"))] = "same-origin"
            let ours = try await client.execute(uri: Self.path, method: .post, headers: headers, body: body)
            #expect(ours.status == .ok)
        }
    }

    @Test(
        "a body that is no sign-in is refused",
        arguments: [
            ("text/plain", #"{"token":"x"}"#, HTTPResponse.Status.badRequest),
            ("application/json", "not json", .badRequest),
            ("application/json", #"{"token":1}"#, .badRequest),
            ("application/json", #"{"token":""# + String(repeating: "x", count: 9_000) + #""}"#, .contentTooLarge),
        ]
    )
    func badBodies(type: String, body: String, status: HTTPResponse.Status) async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let answer = try await client.execute(
                uri: Self.path,
                method: .post,
                headers: [.contentType: type],
                body: ByteBuffer(string: body)
            )
            #expect(answer.status == status)
        }
    }

    @Test("guessing is slowed: after six failures each next try waits longer; a good token is let in and forgets them")
    func throttle() async throws {
        let console = try RunningConsole()
        try await console.test { client in
            for _ in 0..<6 {
                #expect(try await Self.signIn(client, token: "guess").answer.status == .unauthorized)
            }
            let slowed = try await Self.signIn(client, token: "guess").answer
            #expect(slowed.status == .tooManyRequests)
            #expect(slowed.headers[.retryAfter] == "2")
            #expect(slowed.text == #"{"ret":1003,"msg":"请求过于频繁，请稍后再试"}"#)
            console.clock.advance(seconds: 2)
            #expect(try await Self.signIn(client, token: "guess").answer.status == .unauthorized)
            #expect(try await Self.signIn(client, token: "guess").answer.headers[.retryAfter] == "4")
            // Nobody keeps an administrator out by guessing at the same address.
            #expect(try await Self.signIn(client, token: console.adminToken).answer.status == .ok)
            #expect(try await Self.signIn(client, token: "guess").answer.status == .unauthorized)
        }
    }
}
