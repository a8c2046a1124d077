import Foundation
import Testing

extension Contract {
    /// The request around the body: what it says about itself, and who sends it.
    @Suite("Headers of a report")
    struct Requests {
        private static func good(_ server: Footprint) -> HTTPRequest {
            .report(ReportBody.text(items: "[{}]"), token: server.token)
        }

        // MARK: - Content-Type

        @Test(
            "application/json is accepted, with parameters and in any case",
            arguments: [
                "application/json", "APPLICATION/JSON", "Application/Json", "application/json; charset=utf-8",
                "application/json;charset=UTF-8", "application/json ; charset=\"utf-8\"",
                "application/json; v=1; charset=utf-8",
                "\tapplication/json\t",
            ]
        )
        func json(type: String) throws {
            let server = try RunningServer.current
            expectStored(try server.ask(Self.good(server).with("Content-Type", type)))
        }

        @Test(
            "any other type, or none, is a parameter error",
            arguments: [
                nil, "", "text/plain", "text/json", "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/jsonp", "application/jso", "application/json-patch+json", "application/ld+json", "json",
                "*/*",
                "application/*", "text/plain; application/json", "application/json, text/plain", "applicationXjson",
            ] as [String?]
        )
        func otherType(type: String?) throws {
            let server = try RunningServer.current
            let answer = try server.ask(Self.good(server).with("Content-Type", type))
            expectRefused(answer, .something)
            #expect(answer.detail?.lowercased().contains("content-type") == true)
        }

        // MARK: - Authorization

        @Test(
            "the token is accepted bare and as Bearer, the word in any case",
            arguments: ["", "Bearer ", "bearer ", "BEARER "]
        )
        func admitted(scheme: String) throws {
            let server = try RunningServer.current
            expectStored(try server.ask(Self.good(server).with("Authorization", scheme + server.token)))
        }

        @Test(
            "without a token that counts the answer is 401 and 1002, to the byte",
            arguments: [
                nil, "", " ", "Bearer", "Bearer ", "garbage", "Bearer garbage", "Basic dXNlcjpwYXNz", "null",
                "undefined",
                "a.b.c", "eyJhbGciOiJub25lIn0.eyJhcHAiOiJ4In0.", String(repeating: "x", count: 4000), "中文",
                "' OR 1=1 --", "\"\"",
            ] as [String?]
        )
        func notAdmitted(authorization: String?) throws {
            let server = try RunningServer.current
            let answer = try server.ask(Self.good(server).with("Authorization", authorization))
            expectAnswer(answer, status: 401, body: Fixed.notAdmitted)
        }

        @Test("a token with any one character changed is refused, and so is one that is longer or shorter")
        func forged() throws {
            let server = try RunningServer.current
            let token = Array(server.token)
            var forgeries = [
                String(token.dropLast()), String(token.dropFirst()), server.token + "A", "A" + server.token,
                server.token + server.token, server.token.uppercased(), server.token.lowercased(),
            ]
            // The last character of unpadded base64 may carry bits that nobody reads: another spelling, same token.
            for index in token.indices.dropLast() {
                var forged = token
                forged[index] = token[index] == "A" ? "B" : "A"
                forgeries.append(String(forged))
            }
            let connection = try server.connection()
            for forgery in forgeries where forgery != server.token {
                try connection.send(Self.good(server).with("Authorization", forgery).bytes)
                let answer = try connection.answer()
                #expect(answer.status == 401, "admitted: \(forgery) for \(server.token)")
            }
        }

        @Test("a token counts until it expires, and not after")
        func expired() async throws {
            let server = try RunningServer.current
            let installation = server.installation
            // On a busy machine the shortest life may be over before the token is used once: then a longer one is tried.
            for ttlSeconds in [3, 10, 30] {
                let token = try await Installation.issueToken(
                    app: installation.app,
                    data: installation.data,
                    ttlSeconds: ttlSeconds
                )
                let request = Self.good(server).with("Authorization", token)
                guard try server.ask(request).status == 200 else { continue }
                let answer = try await eventually("the token expires", withinSeconds: 60) {
                    let answer = try server.ask(request)
                    return answer.status == 200 ? nil : answer
                }
                expectAnswer(answer, status: 401, body: Fixed.notAdmitted)
                return
            }
            Issue.record("no token was good before it expired")
        }

        @Test("an administrator's token does not report, and an app's token does not ask")
        func wrongKind() throws {
            let server = try RunningServer.current
            let reporting = try server.ask(Self.good(server).with("Authorization", server.installation.adminToken))
            expectAnswer(reporting, status: 401, body: Fixed.notAdmitted)
            #expect(try server.ask(.get("/api/v1/overview", authorization: server.token)).status == 401)
            #expect(try server.ask(.get("/api/v1/overview")).status == 401)
        }

        // MARK: - CORS

        @Test(
            "a browser's preflight is answered for a day",
            arguments: ["https://shop.example", "http://localhost:3000", "null"]
        )
        func preflight(origin: String) throws {
            let server = try RunningServer.current
            var request = HTTPRequest(method: "OPTIONS", hasLength: false)
            request.headers = [
                ("Host", "localhost"), ("Origin", origin), ("Access-Control-Request-Method", "POST"),
                ("Access-Control-Request-Headers", "authorization,content-type"),
            ]
            let answer = try server.ask(request)
            #expect([200, 204].contains(answer.status))
            #expect(["*", origin].contains(answer["Access-Control-Allow-Origin"]))
            #expect(answer["Access-Control-Max-Age"] == "86400")
            #expect(words(answer["Access-Control-Allow-Methods"]).contains("post"))
            // `*` does not cover Authorization: it must be named.
            #expect(words(answer["Access-Control-Allow-Headers"]).isSuperset(of: ["authorization", "content-type"]))
        }

        @Test("a browser page may read every answer, the refusals too")
        func readableAcrossOrigins() throws {
            let server = try RunningServer.current
            let good = Self.good(server).with("Origin", "https://shop.example")
            var bad = good
            bad.body = Array("{".utf8)
            for request in [good, bad, good.with("Authorization", "wrong"), good.with("Content-Type", "text/plain")] {
                let answer = try server.ask(request)
                #expect(["*", "https://shop.example"].contains(answer["Access-Control-Allow-Origin"]), "\(answer)")
            }
        }

        private func words(_ list: String?) -> Set<String> {
            Set((list ?? "").lowercased().split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) })
        }

        // MARK: - Method and path

        @Test("another method is answered 405 with Allow", arguments: ["GET", "PUT", "DELETE", "PATCH"])
        func wrongMethod(method: String) throws {
            let server = try RunningServer.current
            var request = Self.good(server)
            request.method = method
            let answer = try server.ask(request)
            expectAnswer(answer, status: 405, body: Fixed.wrongMethod)
            #expect(words(answer["Allow"]).contains("post"))
        }

        @Test("HEAD is answered 405 without a body")
        func head() throws {
            let server = try RunningServer.current
            let connection = try server.connection()
            try connection.send(HTTPRequest(method: "HEAD", headers: [("Host", "localhost")], hasLength: false).bytes)
            #expect(try connection.answer(toHead: true).status == 405)
            // A body after the answer to HEAD would be taken for the next answer.
            try connection.send(HTTPRequest.get("/healthz").bytes)
            #expect(try connection.answer().status == 200)
        }

        @Test(
            "an unknown path is answered 404",
            arguments: [
                "/upbot/api/ReportBehaviourData", "/upbot/api/reportbehaviordata", "/upbot/api/ReportBehaviorData/",
                "/upbot/api/ReportBehaviorData/x", "/upbot/api", "/upbot", "/upbot/api//ReportBehaviorData",
            ]
        )
        func unknownPath(path: String) throws {
            let server = try RunningServer.current
            var request = Self.good(server)
            request.target = path
            expectAnswer(try server.ask(request), status: 404, body: Fixed.unknownPath)
        }

        @Test("a query behind the path changes nothing")
        func query() throws {
            let server = try RunningServer.current
            var request = Self.good(server)
            request.target += "?from=sdk&v=2"
            expectStored(try server.ask(request))
        }

        @Test("header names count in any case")
        func headerCase() throws {
            let server = try RunningServer.current
            var request = Self.good(server)
            request.headers = [("HOST", "x"), ("content-TYPE", "application/json"), ("AUTHORIZATION", server.token)]
            expectStored(try server.ask(request))
        }
    }
}
