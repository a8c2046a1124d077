import Foundation
import Testing

extension AccessControl {
    /// Apps and tokens managed over HTTP, beside a server that reports and asks go on with.
    @Suite("The admin API")
    struct AdminCalls {
        private func administrators(_ server: Footprint) throws -> [Credentials] {
            [.token(server.installation.adminToken), .session(try server.signIn(server.installation.adminToken))]
        }

        @Test("an app is added, gets a token, reports, is listed and is removed; by token and by session")
        func apps() async throws {
            let server = try RunningServer.current
            for credentials in try administrators(server) {
                let added = try server.call(.post("/api/v1/apps", #"{"name":"商城 \"H5\""}"#), credentials)
                #expect(added.status == 200, "\(added)")
                let app = try #require(added.json?["data"]?["appid"]?.string)
                #expect(try #require(added.json?["data"]?["app_secret"]?.string).hasPrefix("sec_"))
                let list = try server.call(.get("/api/v1/apps"), credentials).json?["data"]?.array
                #expect(list?.contains { $0["appid"]?.string == app && $0["name"] == #"商城 "H5""# } == true)

                let issued = try server.call(.post("/api/v1/tokens", #"{"appid":"\#(app)","ttl":600}"#), credentials)
                let token = try #require(issued.json?["data"]?["token"]?.string, "\(issued)")
                #expect(try server.reportStatus(token) == 200)
                let removed = try server.call(.delete("/api/v1/apps/\(app)"), credentials)
                expectAnswer(removed, status: 200, body: #"{"ret":0,"msg":"","data":{}}"#)
                #expect(try server.reportStatus(token) == 401)
                let again = try server.call(.delete("/api/v1/apps/\(app)"), credentials)
                #expect(again.status == 404 && again.ret == 1006 && again.detail?.isEmpty == false)
                // The command line sees the same.
                let apps = try await Program.output(of: ["app", "list", "--data", server.data])
                #expect(!apps.contains(app))
            }
        }

        @Test("tokens are issued, listed, used and revoked; by token and by session")
        func tokens() async throws {
            let server = try RunningServer.current
            for credentials in try administrators(server) {
                let issued = try server.call(
                    .post("/api/v1/tokens", #"{"role":"viewer","name":"Han Meimei"}"#),
                    credentials
                )
                let data = try #require(issued.json?["data"], "\(issued)")
                let (token, id) = (try #require(data["token"]?.string), try #require(data["id"]?.string))
                #expect(abs(try #require(data["expires"]?.int) - nowSeconds() - 7_200) < 60)
                #expect(try server.questionStatus(token) == 200)
                let list = try #require(try server.call(.get("/api/v1/tokens"), credentials).json?["data"]?.array)
                let listed = try #require(list.first { $0["id"]?.string == id })
                #expect(listed["kind"] == "viewer" && listed["name"] == "Han Meimei")
                #expect(listed["expires"] == data["expires"])
                #expect(listed["by"]?.string?.hasPrefix("admin:") == true)
                #expect(try server.call(.delete("/api/v1/tokens/\(id)"), credentials).status == 200)
                #expect(try server.questionStatus(token) == 401)

                let other = try #require(
                    try server.call(.post("/api/v1/tokens", #"{"role":"viewer"}"#), credentials)
                        .json?["data"]?["token"]?.string
                )
                #expect(try server.questionStatus(other) == 200)
                let revoked = try server.call(.post("/api/v1/tokens/revoke", #"{"token":"\#(other)"}"#), credentials)
                expectAnswer(revoked, status: 200, body: #"{"ret":0,"msg":"","data":{}}"#)
                #expect(try server.questionStatus(other) == 401)
                let rest = try #require(try server.call(.get("/api/v1/tokens"), credentials).json?["data"]?.array)
                #expect(!rest.contains { $0["id"]?.string == id })

                let admin = try server.call(.post("/api/v1/tokens", #"{"role":"admin"}"#), credentials)
                #expect(admin.status == 400 && admin.ret == 1001)
                #expect(admin.detail?.contains("over HTTP") == true)
            }
        }

        @Test("the command line lists what the API lists, and tokens that apps get by themselves are in neither")
        func sameList() async throws {
            let server = try RunningServer.current
            let output = try await Program.output(of: ["app", "add", "itself", "--data", server.data, "--json"])
            let app = try JSON.parse(output)
            let grant =
                #"{"appid":"\#(app["appid"]?.string ?? "")","app_secret":"\#(app["app_secret"]?.string ?? "")","#
                + #""grant_type":"client_credentials"}"#
            let granted = try server.call(.post("/upbot/api/auth/GetAccessToken", grant), .none)
            #expect(granted.status == 200, "\(granted)")
            let appID = try #require(app["appid"]?.string)
            let lines = try server.auditLines.filter { $0.contains(appID) }
            #expect(lines.count == 1 && lines[0].contains(#""action":"app.add""#), "\(lines)")
            let command = try JSON.parse(
                try await Program.output(of: ["token", "list", "--json", "--data", server.data])
            )
            // Other tests issue tokens meanwhile, so what the command saw must be there, and may have ended since.
            let listed = try #require(try server.administer(.get("/api/v1/tokens")).array)
            let ids = Set(listed.compactMap { $0["id"]?.string })
            #expect(command.array?.isEmpty == false)
            #expect(command.array?.contains { ids.contains($0["id"]?.string ?? "") } == true)
            #expect(!listed.contains { $0["appid"] == app["appid"] })
        }

        @Test("an app's token that is revoked by its id is refused on an open connection, within seconds")
        func revokedByID() async throws {
            let server = try RunningServer.current
            let issued = try server.administer(.post("/api/v1/tokens", #"{"appid":"\#(server.installation.app)"}"#))
            let (token, id) = (try #require(issued["token"]?.string), try #require(issued["id"]?.string))
            let connection = try server.connection()
            let report = HTTPRequest.report(ReportBody.text(items: "[{}]"), token: token).bytes
            try connection.send(report)
            expectStored(try connection.answer())
            // By a command: another process than the one that must refuse it.
            try await Program.output(of: ["token", "revoke", id, "--data", server.data])
            _ = try await eventually("the token is refused", withinSeconds: 10) {
                try connection.send(report)
                return try connection.answer().status == 401 ? true : nil
            }
            #expect(try server.reportStatus(server.token) == 200)
            let unknown = try await Program.run(["token", "revoke", "AAAAAAAAAAAAAAAAAAAAAA", "--data", server.data])
            #expect(unknown.ending == .exit(64))
        }
    }
}
