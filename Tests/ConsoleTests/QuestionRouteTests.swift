import Access
import EventStore
import HTTPTypes
import Hummingbird
import HummingbirdTesting
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
        try console.access.revoke(token: revoked)
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
