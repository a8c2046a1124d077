import Access
import Testing

@Suite("Revocation and rotation")
struct RevocationTests {
    let folder: TestFolder
    let clock = HandClock()
    let access: Access

    init() throws {
        folder = try TestFolder()
        access = try Access(dataDirectory: folder.path, clock: clock.clock)
    }

    private func admin(_ seconds: Int64 = 60) -> String {
        access.issueAdminToken(ttlSeconds: seconds, nowSeconds: clock.unixSeconds)
    }

    @Test("a revoked token is refused at once, others of the same bearer are not; revoking twice is fine")
    func revoke() throws {
        let one = admin()
        let other = admin()
        try access.revoke(token: one)
        try access.revoke(token: one)
        #expect(access.check(one) == .refused(.revoked))
        #expect(access.check(other).isAccepted)
        #expect(try folder.contents().revocations.tokens.count == 1)
    }

    @Test("a revoked token is forgotten only a day after it expired, and stays refused")
    func prune() throws {
        let token = admin(60)
        let longer = admin(86_400 * 30)
        try access.revoke(token: token)
        try access.revoke(token: longer)
        clock.unixSeconds = now + 60 + 86_400
        try access.prune()
        #expect(try folder.contents().revocations.tokens.count == 2)
        clock.unixSeconds += 1
        try access.prune()
        #expect(try folder.contents().revocations.tokens.map(\.expires) == [now + 86_400 * 30])
        #expect(access.check(token, at: clock.unixSeconds) == .refused(.expired))
        #expect(access.check(longer, at: clock.unixSeconds) == .refused(.revoked))
    }

    @Test("every revocation forgets those that are over, so the list stays bounded")
    func bounded() throws {
        for _ in 0..<50 {
            try access.revoke(token: admin(60))
            clock.unixSeconds += 86_400 / 2
        }
        #expect(try folder.contents().revocations.tokens.count <= 4)
    }

    @Test("a clock that ran a day ahead and is set right does not make a revoked token good")
    func clockAhead() throws {
        let token = admin(3_600)
        try access.revoke(token: token)
        clock.unixSeconds += 86_400
        try access.prune()
        clock.unixSeconds -= 86_400
        #expect(access.check(token) == .refused(.revoked))
    }

    @Test("revoking what has long expired needs no entry")
    func expired() throws {
        let token = admin(60)
        clock.unixSeconds += 10 * 86_400
        try access.revoke(token: token)
        #expect(try folder.contents().revocations.tokens.isEmpty)
    }

    @Test("only tokens issued here can be revoked", arguments: ["", "nonsense", "a.b.c"])
    func notOurs(token: String) throws {
        #expect(throws: AccessError.notOurToken(.malformed)) { try access.revoke(token: token) }
        let elsewhere = try TestFolder()
        let foreign = try Access(dataDirectory: elsewhere.path).issueAdminToken(ttlSeconds: 60, nowSeconds: now)
        #expect(throws: AccessError.notOurToken(.unknownKey)) { try access.revoke(token: foreign) }
        let mine = admin()
        #expect(throws: AccessError.notOurToken(.malformed)) { try access.revoke(token: String(mine.dropLast())) }
    }

    @Test("removed apps are remembered up to a bound, the newest of them")
    func removedAppsBounded() {
        var records = RevocationRecords(tokens: [], removedApps: [])
        for index in 0..<(AccessLimits.removedApps + 5) {
            records.removedApps.append(RemovedApp(id: "\(index)", removed: 0))
        }
        records.prune(nowSeconds: now)
        #expect(records.removedApps.count == AccessLimits.removedApps)
        #expect(records.removedApps.first?.id == "5")
    }

    // MARK: - Keys

    @Test("after a rotation new tokens carry the new key and the old ones stay good, also after a restart")
    func rotate() throws {
        let app = try access.addAppWithoutSecret()
        var tokens: [String] = []
        for _ in 0..<5 {
            tokens.append(try access.issueToken(app: app.id, ttlSeconds: 60, nowSeconds: now))
            let generation = access.generation
            let id = try access.rotateKey()
            #expect(access.generation != generation)
            #expect(access.keys().last?.id == id)
        }
        #expect(access.keys().map { $0.retiredAtSeconds == nil } == [false, false, false, false, false, true])
        #expect(Set(tokens.map { $0.prefix { $0 != "." } }).count == 5)
        let restarted = try Access(dataDirectory: folder.path, clock: clock.clock)
        for token in tokens {
            #expect(access.check(token).isAccepted)
            #expect(restarted.check(token).isAccepted)
            #expect(restarted.check(token, at: now + 60) == .refused(.expired))
        }
    }

    @Test("tokens of retired keys can be revoked")
    func revokeAfterRotation() throws {
        let token = admin()
        try access.rotateKey()
        try access.revoke(token: token)
        #expect(access.check(token) == .refused(.revoked))
    }

    @Test("a leaked key can be dropped: all its tokens are refused at once")
    func endNow() throws {
        let token = admin()
        try access.rotateKey(.endNow)
        #expect(access.check(token) == .refused(.unknownKey))
        #expect(access.keys().count == 1)
        #expect(access.check(admin()).isAccepted)
    }

    @Test("a retired key is forgotten when its longest token has expired, not before")
    func retiredKeysPruned() throws {
        let token = access.issueAdminToken(ttlSeconds: .max, nowSeconds: now)
        try access.rotateKey()
        clock.unixSeconds = now + 3_650 * 86_400
        try access.prune()
        #expect(access.keys().count == 2)
        #expect(access.check(token, at: clock.unixSeconds) == .refused(.expired))
        clock.unixSeconds += 86_400 + 1
        try access.prune()
        #expect(access.keys().count == 1)
    }
}
