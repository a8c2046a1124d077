import Foundation
import Testing

/// Each needs a server of its own: whoever guesses is slowed, and the tests all come from one address.
@Suite("Tokens that are not good")
struct ForgedTokens {
    @Test("a good token with any one byte changed is refused, to report and to ask", arguments: [true, false])
    func everyByte(reports: Bool) async throws {
        try await Installation.serving { server in
            let good = reports ? server.token : server.installation.adminToken
            let connection = try server.connection()
            func status(_ token: String) throws -> Int {
                let request =
                    reports
                    ? HTTPRequest.report(ReportBody.text(items: "[{}]"), token: token)
                    : .get("/api/v1/overview", authorization: token)
                try connection.send(request.bytes)
                return try connection.answer().status
            }
            #expect(try status(good) == 200)
            let bytes = Array(good.utf8)
            for index in bytes.indices {
                for byte in Array("AB.".utf8) where byte != bytes[index] {
                    var forged = bytes
                    forged[index] = byte
                    let answered = try status(String(decoding: forged, as: UTF8.self))
                    // Once somebody guesses, the rest is not even looked at.
                    #expect(answered == 401 || answered == 429, "byte \(index) as \(byte): \(answered)")
                }
            }
            for length in [0, 1, bytes.count / 3, bytes.count / 2, bytes.count - 1] {
                let halves = [bytes.prefix(length), bytes.suffix(length)].map { String(decoding: $0, as: UTF8.self) }
                for half in halves + [good + half(good, length)] where half != good {
                    let answered = try status(half)
                    #expect(answered == 401 || answered == 429, "\(length) bytes: \(answered)")
                }
            }
            #expect(try status(good) == 200, "the good token is let through all the time")
        }
    }

    private func half(_ token: String, _ length: Int) -> String {
        length == 0 ? "=" : String(token.prefix(length))
    }

    @Test("so is one of another data directory, one that has expired, and one of the other kind")
    func foreign() async throws {
        try await Installation.with { other in
            try await Installation.serving { server in
                let short = try await Installation.issueToken(
                    app: server.installation.app,
                    data: server.data,
                    ttlSeconds: 1
                )
                let shortAdmin = try await Installation.issueToken(app: nil, data: server.data, ttlSeconds: 1)
                _ = try await eventually("the short tokens have ended", withinSeconds: 20) {
                    try server.reportStatus(short) == 401 && server.questionStatus(shortAdmin) == 401 ? true : nil
                }
                let viewer = try await other.viewerToken()
                for token in [other.token, other.adminToken, viewer, server.installation.adminToken, "", "null"] {
                    #expect(try server.reportStatus(token) == 401)
                }
                for token in [other.token, other.adminToken, viewer, server.token] {
                    #expect(try server.questionStatus(token) == 401)
                }
                let signIn = try server.call(.post("/console/session", #"{"token":"\#(other.adminToken)"}"#), .none)
                #expect(signIn.status == 401)
                #expect(signIn["Set-Cookie"] == nil)
            }
        }
    }

    @Test("guessing is slowed with Retry-After, for the guesser and not for whoever holds a good token")
    func slowed() async throws {
        try await Installation.serving { server in
            var statuses: [Int] = []
            for _ in 0..<6 { statuses.append(try server.questionStatus("guess")) }
            #expect(statuses == Array(repeating: 401, count: 6))
            let slowed = try server.ask(.get("/api/v1/apps", authorization: "guess"))
            #expect(slowed.status == 429 && slowed.ret == 1003)
            #expect(try #require(slowed["Retry-After"].flatMap { Int($0) }) >= 1)
            #expect(try server.questionStatus(server.installation.adminToken) == 200)
            #expect(try server.reportStatus(server.token) == 200)
        }
    }
}
