import Access
import Testing

@Suite("Tokens that people asked for")
struct IssuedTokenTests {
    let folder: TestFolder
    let clock = HandClock()
    let access: Access

    init() throws {
        folder = try TestFolder()
        access = try Access(dataDirectory: folder.path, clock: clock.clock)
    }

    private func viewer(_ seconds: Int64 = 60, name: String? = nil) throws -> Access.FreshToken {
        try access.issueToken(for: .administrator(.viewer), name: name, ttlSeconds: seconds, by: .tester)
    }

    @Test("are good at once, and listed newest first, with whom they are for and who asked")
    func listed() throws {
        let app = try access.addAppWithoutSecret()
        let one = try access.issueToken(for: .app(app.id), ttlSeconds: 60, by: .tester)
        clock.unixSeconds += 1
        let two = try viewer(90, name: "Li Lei")
        let three = try access.issueToken(for: .administrator(.admin), ttlSeconds: 7_200, by: .tester)
        for token in [one, two, three] { #expect(access.check(token.text).isAccepted) }
        let tokens = try Access(dataDirectory: folder.path, clock: clock.clock).issuedTokens()
        #expect(tokens.map(\.id) == [three.id, two.id, one.id])
        #expect(tokens.map(\.kind) == ["admin", "viewer", "app"])
        #expect(tokens.map(\.bearer) == [.administrator(.admin), .administrator(.viewer), .app(app.id)])
        #expect(tokens.map(\.name) == [nil, "Li Lei", nil])
        #expect(tokens.map(\.issuedAtSeconds) == [now + 1, now + 1, now])
        #expect(tokens.map(\.expiresAtSeconds) == [now + 7_201, now + 91, now + 60])
        #expect(tokens.allSatisfy { $0.by == "cli:tester" })
        #expect(tokens[1].expiresAtSeconds == two.expiresAtSeconds)
    }

    @Test("are not listed once they are not good: expired, revoked, of a removed app, signed by an ended key")
    func gone() throws {
        let app = try access.addAppWithoutSecret()
        let other = try access.addAppWithoutSecret()
        let ofApp = try access.issueToken(for: .app(app.id), ttlSeconds: 60, by: .tester)
        let ofOther = try access.issueToken(for: .app(other.id), ttlSeconds: 60, by: .tester)
        let short = try viewer(10)
        let long = try viewer(60)
        let revoked = try viewer(60)
        #expect(try access.issuedTokens().count == 5)
        try access.revoke(tokenID: revoked.id, by: .tester)
        #expect(try access.issuedTokens().map(\.id) == [long.id, short.id, ofOther.id, ofApp.id])
        try access.removeApp(id: app.id)
        #expect(try access.issuedTokens().map(\.id) == [long.id, short.id, ofOther.id])
        clock.unixSeconds += 10
        #expect(try access.issuedTokens().map(\.id) == [long.id, ofOther.id])
        try access.rotateKey(.stayGood)
        let fresh = try viewer(60)
        #expect(try access.issuedTokens().map(\.id) == [fresh.id, long.id, ofOther.id])
        try access.rotateKey(.endNow)
        #expect(try access.issuedTokens().isEmpty)
    }

    @Test("are revoked by their id")
    func revokedByID() throws {
        let token = try viewer()
        try access.revoke(tokenID: token.id, by: .tester)
        #expect(access.check(token.text) == .refused(.revoked))
        #expect(try folder.contents().revocations.tokens.map(\.expires) == [token.expiresAtSeconds])
    }

    @Test("so is a token that somebody signed in with, whoever made it")
    func revokedBySignIn() throws {
        let token = access.issueAdminToken(ttlSeconds: 60, nowSeconds: now)
        guard case .administrator(let role, let id, let end) = access.check(token) else {
            Issue.record("\(access.check(token))")
            return
        }
        #expect(throws: AccessError.unknownToken(id: id)) { try access.revoke(tokenID: id, by: .tester) }
        let actor = AuditActor.administrator(role: role, tokenID: id, address: nil)
        try access.record(.sessionStarted(tokenExpiresAtSeconds: end), by: actor)
        try access.revoke(tokenID: id, by: .tester)
        #expect(access.check(token) == .refused(.revoked))
    }

    @Test(
        "an id that nobody was given is an error that says what to do",
        arguments: ["", "x", "AAAAAAAAAAAAAAAAAAAAAA"]
    )
    func unknown(id: String) throws {
        _ = try viewer()
        let error = try #require(throws: AccessError.self) { try access.revoke(tokenID: id, by: .tester) }
        #expect(error == .unknownToken(id: id))
        #expect(error.description.contains("rotate --end-earlier-tokens"))
        #expect(try folder.contents().revocations.tokens.isEmpty)
    }

    @Test("an app that another process has removed gets none, and a key that it has made signs")
    func otherProcess() throws {
        let other = try Access(dataDirectory: folder.path, clock: clock.clock)
        let app = try access.addAppWithoutSecret()
        try other.reloadIfChanged()
        try other.removeApp(id: app.id)
        #expect(throws: AccessError.unknownApp(id: app.id)) {
            try access.issueToken(for: .app(app.id), ttlSeconds: 60, by: .tester)
        }
        try other.rotateKey(.endNow)
        #expect(other.check(try viewer().text).isAccepted)
    }
}
