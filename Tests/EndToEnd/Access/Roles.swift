import Foundation
import Testing

extension AccessControl {
    /// What a viewer may and may not.
    @Suite("Viewers and administrators")
    struct Roles {
        private static let questions = [
            "overview", "trend", "pages", "positions", "breakdown?by=channel", "flows", "paths",
            "funnel?steps=page:1,page:2", "retention", "durations", "trace/t1", "users/u1",
            "where?uid=u1", "where?trace_id=t1", "rejected", "rejected_reasons",
        ]

        /// Every call that only an administrator may make, none of which must do anything here.
        static func adminCalls(_ server: Footprint) -> [AdminCall] {
            [
                .get("/api/v1/apps"), .get("/api/v1/tokens"), .get("/api/v1/keys"), .get("/api/v1/audit"),
                .post("/api/v1/apps", #"{"name":"never"}"#), .delete("/api/v1/apps/\(server.installation.app)"),
                .post("/api/v1/tokens", #"{"role":"viewer"}"#),
                .post("/api/v1/tokens", #"{"appid":"\#(server.installation.app)"}"#),
                .post("/api/v1/tokens/revoke", #"{"token":"\#(server.token)"}"#),
                .delete("/api/v1/tokens/AAAAAAAAAAAAAAAAAAAAAA"),
                .post("/api/v1/keys/rotate", #"{"earlier_tokens":"end_now"}"#),
            ]
        }

        @Test("a viewer asks every question, and SQL, by token and by session")
        func asking() async throws {
            let server = try RunningServer.current
            let token = try await server.installation.viewerToken()
            let cookie = try server.signIn(token)
            for credentials in [Credentials.token(token), .token("Bearer \(token)"), .session(cookie)] {
                for question in Self.questions {
                    let answer = try server.call(.get("/api/v1/\(question)"), credentials)
                    #expect(answer.status == 200 && answer.ret == 0, "\(question): \(answer)")
                }
                let sql = try server.call(AdminCall(method: "POST", path: "/api/v1/sql", body: "SELECT 1"), credentials)
                #expect(sql.json?["data"]?["rows"]?[0]?[0] == 1, "\(sql)")
            }
        }

        @Test("a viewer is refused every admin route and told why, by token and by session; nothing changes")
        func refused() async throws {
            let server = try RunningServer.current
            let token = try await server.installation.viewerToken()
            let cookie = try server.signIn(token)
            for call in Self.adminCalls(server) {
                for credentials in [Credentials.token(token), .session(cookie)] {
                    expectAnswer(
                        try server.call(call, credentials),
                        status: 403,
                        body: #"{"ret":1002,"msg":"鉴权失败，请重新获取token","detail":"this needs an administrator; "#
                            + #"you are signed in as a viewer"}"#
                    )
                }
                for credentials in [Credentials.none, .token(server.token), .session("footprint_session=made-up")] {
                    #expect(try server.call(call, credentials).status == 401, "\(call)")
                }
            }
            // Other tests make changes meanwhile; no viewer ever did.
            let changes = try server.auditLines.filter {
                $0.contains(#""who":"viewer:"#) && !$0.contains(#""action":"session."#)
            }
            #expect(changes.isEmpty)
            // A viewer's token is no app's.
            #expect(try server.reportStatus(token) == 401)
        }

        @Test("the console is told the role of whoever is signed in")
        func session() async throws {
            let server = try RunningServer.current
            for (token, role) in [
                (server.installation.adminToken, "admin"), (try await server.installation.viewerToken(), "viewer"),
            ] {
                let cookie = try server.signIn(token)
                let data = try server.call(.get("/console/session"), .session(cookie)).json?["data"]
                #expect(data?["signed_in"] == .bool(true))
                #expect(data?["role"]?.string == role)
                #expect(try #require(data?["expires_at"]?.int) > nowSeconds())
                let out = try server.call(.delete("/console/session"), .session(cookie))
                #expect(out.json?["data"]?["signed_in"] == .bool(false))
                #expect(try server.call(.get("/api/v1/overview"), .session(cookie)).status == 401)
            }
        }

        @Test("one token is of one kind, and only an administrator's is for somebody")
        func kinds() async throws {
            let data = try RunningServer.current.installation.data
            let app = try RunningServer.current.installation.app
            for arguments in [
                ["--viewer", "--admin"], ["--viewer", "--app", app], ["--app", app, "--name", "Li Lei"],
                ["--viewer", "--name", ""], ["--viewer", "--name", "a\nb"],
                ["--viewer", "--name", String(repeating: "x", count: 101)],
            ] {
                let finished = try await Program.run(["token", "issue", "--data", data] + arguments)
                #expect(finished.ending == .exit(64), "\(arguments): \(finished)")
                #expect(finished.output.isEmpty)
            }
        }
    }
}
