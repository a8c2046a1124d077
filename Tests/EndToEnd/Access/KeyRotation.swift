import Foundation
import Testing

/// Each ends what others hold, so each has a server of its own.
@Suite("Rotating the signing key")
struct KeyRotation {
    private func keys(_ data: String) async throws -> [JSON] {
        try #require(JSON.parse(try await Program.output(of: ["key", "list", "--json", "--data", data])).array)
    }

    @Test("leaves the tokens that are out good, and signs new ones with the new key; a restart changes nothing")
    func stayGood() async throws {
        try await Installation.with { installation in
            let server = try await installation.serve()
            let cookie = try server.signIn(installation.adminToken)
            let id = try await Program.output(of: ["key", "rotate", "--data", server.data])
                .trimmingCharacters(in: .whitespacesAndNewlines)
            let keys = try await keys(server.data)
            #expect(keys.count == 2)
            #expect(keys.last?["id"]?.string == id && keys.last?["retired"] == nil)
            #expect(keys.first?["retired"]?.int != nil)
            // At once: a token whose key the server does not know makes it look.
            let token = try await Installation.issueToken(app: installation.app, data: server.data)
            #expect(try server.reportStatus(token) == 200)
            #expect(try server.administer(.get("/api/v1/keys")).array == keys)
            for token in [token, installation.token] { #expect(try server.reportStatus(token) == 200) }
            #expect(try server.questionStatus(installation.adminToken) == 200)
            #expect(try server.call(.get("/api/v1/overview"), .session(cookie)).status == 200)
            try await server.stop(withinSeconds: 30)
            let second = try await installation.serve()
            for token in [token, installation.token] { #expect(try second.reportStatus(token) == 200) }
        }
    }

    @Test("ends every earlier token at once where that is asked for, and every session", arguments: [true, false])
    func endNow(overHTTP: Bool) async throws {
        try await Installation.serving { server in
            let installation = server.installation
            let cookie = try server.signIn(installation.adminToken)
            let viewer = try await installation.viewerToken()
            #expect(try server.questionStatus(viewer) == 200)
            if overHTTP {
                try server.administer(.post("/api/v1/keys/rotate", #"{"earlier_tokens":"end_now"}"#))
            } else {
                try await Program.output(of: ["key", "rotate", "--end-earlier-tokens", "--data", server.data])
            }
            _ = try await eventually("the app's token is refused", withinSeconds: 10) {
                try server.reportStatus(installation.token) == 401 ? true : nil
            }
            for token in [installation.adminToken, viewer] { #expect(try server.questionStatus(token) == 401) }
            #expect(try server.call(.get("/api/v1/overview"), .session(cookie)).status == 401)
            #expect(try await keys(server.data).count == 1)
            let list = try await Program.output(of: ["token", "list", "--json", "--data", server.data])
            #expect(try JSON.parse(list).array?.isEmpty == true)
            let token = try await Installation.issueToken(app: installation.app, data: server.data)
            #expect(try server.reportStatus(token) == 200)
            let admin = try await Installation.issueToken(app: nil, data: server.data)
            #expect(try server.questionStatus(admin) == 200)
        }
    }
}
