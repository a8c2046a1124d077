import Foundation
import Testing

extension AccessControl {
    /// What browsers are told with every answer.
    @Suite("Cookies and headers")
    struct Pages {
        @Test("the session's cookie is out of reach of scripts and other sites, and Secure where TLS is spoken")
        func cookie() throws {
            let server = try RunningServer.current
            for call in [
                AdminCall.post("/console/session", #"{"token":"\#(server.installation.adminToken)"}"#),
                .delete("/console/session"),
            ] {
                let answer = try server.call(call, .none)
                let set = try #require(answer["Set-Cookie"])
                let flags = Set(set.split(separator: ";").dropFirst().map { $0.trimmingCharacters(in: .whitespaces) })
                #expect(flags.isSuperset(of: ["Path=/", "HttpOnly", "SameSite=Strict"]), "\(set)")
                #expect(flags.contains("Secure") == (server.authority != nil), "\(set)")
                #expect(answer["Cache-Control"] == "no-store")
            }
        }

        @Test(
            "every page and every answer forbids what the console never needs",
            arguments: [
                ("GET", "/", 200), ("GET", "/nothing", 404), ("GET", "/console/session", 200),
                ("GET", "/console/nothing", 404), ("GET", "/api/v1/overview", 401), ("GET", "/api/v1/apps", 401),
                ("GET", "/api/v1/nothing", 401), ("POST", "/api/v1/overview", 405), ("POST", "/console/session", 400),
                ("GET", "/healthz", 200), ("GET", "/readyz", 200), ("GET", "/metrics", 200),
                ("POST", "/upbot/api/auth/GetAccessToken", 200),
            ]
        )
        func headers(method: String, path: String, status: Int) throws {
            let server = try RunningServer.current
            let answer = try server.call(
                AdminCall(method: method, path: path, body: method == "POST" ? "{}" : nil),
                .none
            )
            #expect(answer.status == status, "\(answer)")
            let policy = answer["Content-Security-Policy"] ?? ""
            #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
            #expect(policy.contains("script-src 'self'") && !policy.contains("unsafe"))
            #expect(answer["X-Content-Type-Options"] == "nosniff")
            #expect(answer["X-Frame-Options"] == "DENY")
            #expect(answer["Referrer-Policy"] == "no-referrer")
            #expect((answer["Strict-Transport-Security"] == "max-age=31536000") == (server.authority != nil))
        }
    }
}
