import Access
import EventStore
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@Suite struct QuestionRouteTests {
    static let refused = #"{"ret":1002,"msg":"鉴权失败，请重新获取token"}"#

    @Test("an admin token is let in, bare or after Bearer", arguments: ["", "Bearer ", "bearer "])
    func adminToken(prefix: String) async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let answer = try await client.execute(
                uri: "/api/v1/pages",
                method: .get,
                headers: [.authorization: prefix + console.adminToken]
            )
            #expect(answer.status == .ok)
            #expect(answer.text == #"{"ret":0,"msg":"","data":[]}"#)
            #expect(answer.headers[.cacheControl] == "no-store")
        }
    }

    @Test("nobody else gets an answer: no token, a made-up one, an app's, a revoked one, an expired one")
    func othersAreRefused() async throws {
        let console = try RunningConsole(adminTTLSeconds: 3_600)
        let revoked = console.access.issueAdminToken(ttlSeconds: 3_600, nowSeconds: console.clock.now)
        try console.access.revoke(token: revoked, by: .system)
        try await console.test { client in
            for token in [nil, "", "Bearer ", "made-up", revoked] {
                var headers = HTTPFields()
                headers[.authorization] = token
                let answer = try await client.execute(uri: "/api/v1/overview", method: .get, headers: headers)
                #expect(answer.status == .unauthorized, "token \(token ?? "none")")
                #expect(answer.text == Self.refused)
            }
            let app = try await client.execute(
                uri: "/api/v1/overview",
                method: .get,
                headers: [.authorization: console.appToken]
            )
            #expect(app.status == .unauthorized)
            #expect(app.text.contains(#""ret":1002"#) && app.text.contains("administrator"))

            console.clock.advance(seconds: 3_601)
            let late = try await client.execute(
                uri: "/api/v1/overview",
                method: .get,
                headers: [.authorization: console.adminToken]
            )
            #expect(late.status == .unauthorized)
        }
    }

    @Test("a viewer is let in too, by token and by session")
    func viewers() async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let cookie = try #require(try await SessionTests.signIn(client, token: console.viewerToken).cookie)
            for headers: HTTPFields in [[.authorization: console.viewerToken], [.cookie: cookie]] {
                let answer = try await client.execute(uri: "/api/v1/pages", method: .get, headers: headers)
                #expect(answer.status == .ok)
            }
        }
    }

    @Test("guessing by Authorization is slowed as the sign-in is; a good token, or one that was good, never")
    func guesses() async throws {
        let console = try RunningConsole()
        let ended = console.access.issueAdminToken(ttlSeconds: 1, nowSeconds: console.clock.now - 60)
        try await console.test { client in
            func status(_ token: String) async throws -> HTTPResponse.Status {
                try await client.execute(uri: "/api/v1/pages", method: .get, headers: [.authorization: token]).status
            }
            for _ in 0..<10 { #expect(try await status(ended) == .unauthorized) }
            for _ in 0..<6 { #expect(try await status("guess") == .unauthorized) }
            let slowed = try await client.execute(
                uri: "/api/v1/apps",
                method: .get,
                headers: [.authorization: String(console.adminToken.dropLast())]
            )
            #expect(slowed.status == .tooManyRequests)
            #expect(slowed.headers[.retryAfter] == "2")
            #expect(slowed.text == #"{"ret":1003,"msg":"请求过于频繁，请稍后再试"}"#)
            for token in [console.adminToken, console.viewerToken] { #expect(try await status(token) == .ok) }
            #expect(try await status(ended) == .unauthorized)
            #expect(try await status(console.appToken) == .unauthorized)
            #expect(try await SessionTests.signIn(client, token: "guess").answer.status == .tooManyRequests)
            console.clock.advance(seconds: 2)
            #expect(try await status("guess") == .unauthorized)
            #expect(try await status("guess") == .tooManyRequests)
        }
    }

    @Test("SQL by session needs proof that our own page asks; by token it does not")
    func sqlBySession() async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let cookie = try #require(try await SessionTests.signIn(client, token: console.viewerToken).cookie)
            func ask(_ headers: HTTPFields) async throws -> HTTPResponse.Status {
                try await client.execute(
                    uri: "/api/v1/sql",
                    method: .post,
                    headers: headers,
                    body: ByteBuffer(string: "SELECT 1")
                ).status
            }
            let site = try #require(HTTPField.Name("Sec-Fetch-Site"))
            #expect(try await ask([.authorization: console.viewerToken]) == .ok)
            #expect(try await ask([.cookie: cookie, site: "same-origin"]) == .ok)
            #expect(try await ask([.cookie: cookie]) == .forbidden)
            #expect(try await ask([.cookie: cookie, site: "cross-site"]) == .forbidden)
            #expect(try await ask([.cookie: cookie, .origin: "https://evil.example"]) == .forbidden)
            #expect(try await ask([site: "same-origin"]) == .unauthorized)
        }
    }

    @Test(
        "a request that cannot be read is answered 400 with what is wrong",
        arguments: [
            ("/api/v1/pages?limit=%zz", "limit: % must be followed by two hexadecimal digits"),
            ("/api/v1/pages?uid=%ff", "uid: not UTF-8"),
            ("/api/v1/trace/%", "path: % must be followed by two hexadecimal digits"),
            ("/api/v1/pages?format=xml", "format: expected json or csv"),
            ("/api/v1/pages?lang=fr", "lang: expected zh or en"),
            ("/api/v1/pages?nonsense=1", "nonsense"),
            ("/api/v1/pages?from=yesterday", "from: expected a date"),
            ("/api/v1/pages?tz=Mars/Base", "tz: "),
            ("/api/v1/where", "trace_id, uid: expected one of them, found neither"),
            ("/api/v1/where?uid=a&trace_id=b", "trace_id, uid: expected one of them, found both"),
        ]
    )
    func unreadable(uri: String, detail: String) async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let answer = try await client.execute(
                uri: uri,
                method: .get,
                headers: [.authorization: console.adminToken]
            )
            #expect(answer.status == .badRequest)
            #expect(answer.text.contains(#"{"ret":1001,"msg":"请求参数错误，请稍后再试","detail":""#))
            #expect(answer.text.contains(detail))
        }
    }

    @Test("an id may hold what a path may not: slashes, percent signs, plus signs, Chinese")
    func idsInPaths() async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let answer = try await client.execute(
                uri: "/api/v1/users/a%2Fb%25+%E4%B8%AD",
                method: .get,
                headers: [.authorization: console.adminToken]
            )
            #expect(answer.text == #"{"ret":0,"msg":"","data":{"uid":"a/b%+中","events":[],"next":null}}"#)
        }
    }

    @Test("unknown questions are 404, other methods 405 with Allow, in the contract's envelope")
    func unknownAndWrongMethod() async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let headers: HTTPFields = [.authorization: console.adminToken]
            for path in ["/api/v1/nothing", "/api/v1/pages/1", "/api/v1/", "/api/v1/trace", "/api/nothing"] {
                let answer = try await client.execute(uri: path, method: .get, headers: headers)
                #expect(answer.status == .notFound, "\(path)")
                #expect(answer.text == #"{"ret":1006,"msg":"接口不存在"}"#)
            }
            for method in [HTTPRequest.Method.post, .put, .delete, .patch, .options] {
                let answer = try await client.execute(uri: "/api/v1/pages", method: method, headers: headers)
                #expect(answer.status == .methodNotAllowed)
                #expect(answer.headers[.allow] == "GET, HEAD")
                #expect(answer.text == #"{"ret":1007,"msg":"请求方法错误"}"#)
            }
            let head = try await client.execute(uri: "/api/v1/pages", method: .head, headers: headers)
            #expect(head.status == .ok)
            #expect(head.text.isEmpty)
        }
    }

    @Test(
        "the store's troubles are told apart: retry later, ask for less, ours to mend",
        arguments: [
            (StoreError.unavailable("starting"), HTTPResponse.Status.serviceUnavailable, 1005, "starting"),
            (.overLimit("30 s"), .unprocessableContent, 1001, "shorter range"),
            (.refused(message: "SELECT secret", code: 62), .internalServerError, 1008, ""),
            (.misconfigured("no library"), .internalServerError, 1008, ""),
        ]
    )
    func storeTrouble(error: StoreError, status: HTTPResponse.Status, ret: Int, detail: String) async throws {
        let console = try RunningConsole()
        console.store.fail(error)
        try await console.test { client in
            let answer = try await client.execute(
                uri: "/api/v1/pages",
                method: .get,
                headers: [.authorization: console.adminToken]
            )
            #expect(answer.status == status)
            #expect(answer.text.contains("\"ret\":\(ret),"))
            #expect(answer.text.contains(detail))
            #expect(!answer.text.contains("SELECT"), "an answer quotes no SQL")
            #expect((answer.headers[.retryAfter] != nil) == (status == .serviceUnavailable))
        }
    }

    @Test("format=csv is a file: its name, its type, a byte order mark only when asked for")
    func csv() async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let headers: HTTPFields = [.authorization: console.adminToken]
            let plain = try await client.execute(uri: "/api/v1/overview?format=csv", method: .get, headers: headers)
            #expect(plain.status == .ok)
            #expect(plain.headers[.contentType] == "text/csv; charset=utf-8")
            #expect(plain.headers[.contentDisposition] == #"attachment; filename="footprint-overview.csv""#)
            #expect(plain.text.hasPrefix("figure,value,previous\r\npv,0,0\r\n"))
            let marked = try await client.execute(
                uri: "/api/v1/overview?format=csv&bom=1",
                method: .get,
                headers: headers
            )
            #expect(Array(buffer: marked.body) == [0xEF, 0xBB, 0xBF] + Array(buffer: plain.body))
        }
    }
}
