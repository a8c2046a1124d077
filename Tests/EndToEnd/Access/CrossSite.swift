import Foundation
import Testing

extension AccessControl {
    /// A browser sends the session's cookie by itself, whoever made the page: only our own page's calls count.
    @Suite("Calls that another site's page makes")
    struct CrossSite {
        @Test(
            "change nothing and are refused, and so are those that prove nothing",
            arguments: [
                [], [("Sec-Fetch-Site", "cross-site")], [("Sec-Fetch-Site", "same-site")], [("Sec-Fetch-Site", "none")],
                [("Origin", "https://evil.example")], [("Origin", "null")],
                [("Sec-Fetch-Site", "cross-site"), ("Origin", "http://127.0.0.1")],
            ] as [[(String, String)]]
        )
        func refused(claims: [(String, String)]) throws {
            let server = try RunningServer.current
            let cookie = try server.signIn(server.installation.adminToken)
            let apps = try server.administer(.get("/api/v1/apps"))
            let keys = try server.administer(.get("/api/v1/keys"))
            let changes = Roles.adminCalls(server).filter { $0.method != "GET" }
            for call in changes + [AdminCall(method: "POST", path: "/api/v1/sql", body: "SELECT 1")] {
                let answer = try server.call(call, .session(cookie, claims: claims))
                #expect(answer.status == 403 && answer.ret == 1002, "\(call): \(answer)")
            }
            #expect(try server.administer(.get("/api/v1/keys")) == keys)
            let after = try #require(try server.administer(.get("/api/v1/apps")).array)
            #expect(apps.array?.allSatisfy(after.contains) == true)
            #expect(!after.contains { $0["name"] == "never" })
            #expect(try server.reportStatus(server.token) == 200)
        }

        @Test("from our own page, a browser without Sec-Fetch-Site proves it by Origin")
        func origin() throws {
            let server = try RunningServer.current
            let cookie = try server.signIn(server.installation.adminToken)
            for scheme in ["http", "https"] {
                let claims = [("Origin", "\(scheme)://127.0.0.1:\(server.port)")]
                let answer = try server.call(
                    .post("/api/v1/tokens", #"{"role":"viewer"}"#),
                    .session(cookie, claims: claims)
                )
                #expect(answer.status == 200, "\(answer)")
            }
        }

        @Test("reading needs no proof: no other site's page sees the answer")
        func reading() throws {
            let server = try RunningServer.current
            let cookie = try server.signIn(server.installation.adminToken)
            let answer = try server.call(.get("/api/v1/apps"), .session(cookie, claims: []))
            #expect(answer.status == 200)
            #expect(answer["Access-Control-Allow-Origin"] == nil)
            #expect(answer["Cross-Origin-Resource-Policy"] == "same-origin")
        }
    }
}
