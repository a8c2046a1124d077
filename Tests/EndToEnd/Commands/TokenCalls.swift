import Foundation
import Testing

extension Commands {
    /// INTERFACE section 2: tokens over HTTP, as the platform's other services hand them out.
    @Suite("Token calls")
    struct TokenCalls {
        private func call(_ name: String, _ body: String, on server: Footprint) throws -> HTTPAnswer {
            try server.ask(
                HTTPRequest(
                    target: "/upbot/api/auth/\(name)",
                    headers: [("Host", "localhost"), ("Content-Type", "application/json")],
                    body: Array(body.utf8)
                )
            )
        }

        /// An app of its own, which the running server has heard of.
        private func newApp(on server: Footprint) async throws -> (id: String, secret: String) {
            let output = try await Program.output(of: [
                "app", "add", "calls", "--data", server.installation.data, "--json",
            ])
            let json = try JSON.parse(output)
            let app = (id: try #require(json["appid"]?.string), secret: try #require(json["app_secret"]?.string))
            _ = try await eventually("the server knows \(app.id)", withinSeconds: 20) {
                try call("GetAccessToken", grant(app.id, app.secret), on: server).status == 200 ? true : nil
            }
            return app
        }

        private func grant(_ id: String, _ secret: String, type: String = "client_credentials") -> String {
            #"{"appid":"\#(id)","app_secret":"\#(secret)","grant_type":"\#(type)"}"#
        }

        private func refresh(_ id: String, _ token: String) -> String {
            #"{"appid":"\#(id)","refresh_token":"\#(token)","grant_type":"refresh_token"}"#
        }

        @Test("an app gets a token for its secret, and reports with it")
        func access() async throws {
            let server = try RunningServer.current
            let app = try await newApp(on: server)
            let answer = try call("GetAccessToken", grant(app.id, app.secret), on: server)
            #expect(answer.status == 200)
            #expect(answer.ret == 0)
            #expect(answer.json?["msg"] == "ok")
            let data = try #require(answer.json?["data"])
            #expect(data["expires_in"] == 7200)
            #expect(data["scope"]?.string != nil)
            let token = try #require(data["access_token"]?.string)
            expectStored(try server.ask(.report(ReportBody.text(items: "[{}]"), token: token)))
            // The token to refresh with is no token to report with.
            let refreshToken = try #require(data["refresh_token"]?.string)
            #expect(try server.ask(.report(ReportBody.text(items: "[{}]"), token: refreshToken)).status == 401)
            #expect(answer["Cache-Control"]?.contains("no-store") == true)
        }

        @Test("a refresh token is good once, and what it gives is good again")
        func refreshing() async throws {
            let server = try RunningServer.current
            let app = try await newApp(on: server)
            var token = try #require(
                try call("GetAccessToken", grant(app.id, app.secret), on: server).json?["data"]?["refresh_token"]?
                    .string
            )
            for _ in 0..<3 {
                let answer = try call("RefreshToken", refresh(app.id, token), on: server)
                #expect(answer.status == 200, "\(answer)")
                let access = try #require(answer.json?["data"]?["access_token"]?.string)
                expectStored(try server.ask(.report(ReportBody.text(items: "[{}]"), token: access)))
                let next = try #require(answer.json?["data"]?["refresh_token"]?.string)
                #expect(next != token)
                token = next
            }
            let once = try call("RefreshToken", refresh(app.id, token), on: server)
            #expect(once.status == 200)
            let twice = try call("RefreshToken", refresh(app.id, token), on: server)
            #expect(twice.status == 401)
            #expect(twice.ret == 1002)
        }

        @Test("a wrong secret, an unknown app and another's refresh token are 401 and 1002")
        func refused() async throws {
            let server = try RunningServer.current
            let (app, other) = (try await newApp(on: server), try await newApp(on: server))
            let token = try #require(
                try call("GetAccessToken", grant(app.id, app.secret), on: server).json?["data"]?["refresh_token"]?
                    .string
            )
            for (name, body) in [
                ("GetAccessToken", grant(app.id, app.secret + "x")), ("GetAccessToken", grant(app.id, other.secret)),
                ("GetAccessToken", grant("nobody", app.secret)),
                ("RefreshToken", refresh(other.id, token)), ("RefreshToken", refresh(app.id, "garbage")),
                ("RefreshToken", refresh(app.id, app.secret)),
            ] {
                let answer = try call(name, body, on: server)
                #expect(answer.status == 401, "\(name) \(body): \(answer)")
                #expect(answer.ret == 1002)
            }
            // The refused tries have not used up the token.
            #expect(try call("RefreshToken", refresh(app.id, token), on: server).status == 200)
        }

        @Test(
            "a call that is malformed is 1001",
            arguments: [
                "", "{", "[]", "{}", #"{"appid":"a"}"#,
                #"{"appid":1,"app_secret":"s","grant_type":"client_credentials"}"#,
                #"{"appid":"a","app_secret":"s","grant_type":"password"}"#, #"{"appid":"a","app_secret":"s"}"#,
                #"{"appid":"a","app_secret":"","grant_type":"client_credentials"}"#,
            ]
        )
        func malformed(body: String) throws {
            let answer = try call("GetAccessToken", body, on: try RunningServer.current)
            #expect(answer.ret == 1001, "\(answer)")
            #expect(answer.json?["data"] == nil)
        }
    }
}
