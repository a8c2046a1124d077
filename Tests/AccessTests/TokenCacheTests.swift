import Access
import Testing

@Suite("The token remembered on a connection")
struct TokenCacheTests {
    let folder: TestFolder
    let access: Access
    let app: App

    init() throws {
        folder = try TestFolder()
        access = try Access(dataDirectory: folder.path, clock: HandClock().clock)
        app = try access.addAppWithoutSecret()
    }

    @Test("answers as Access does, again and again, whichever token comes")
    func sameAnswers() throws {
        var cache = TokenCache()
        let one = try access.issueToken(app: app.id, ttlSeconds: 60, nowSeconds: now)
        let other = access.issueAdminToken(ttlSeconds: 60, nowSeconds: now)
        for token in [one, one, other, one, "", one, "nonsense", one, other, other, String(one.dropLast()), "\(one)A"] {
            #expect(cache.check(token, access) == access.check(token))
        }
    }

    @Test("whichever byte of the remembered token is changed, it is refused")
    func everyByteChanged() throws {
        var cache = TokenCache()
        let token = try access.issueToken(app: app.id, ttlSeconds: 60, nowSeconds: now)
        #expect(cache.check(token, access).isAccepted)
        for index in token.utf8.indices {
            var bytes = Array(token.utf8)
            bytes[token.utf8.distance(from: token.startIndex, to: index)] ^= 1
            let verdict = bytes.withUnsafeBytes { cache.authenticate($0, access: access, nowSeconds: now) }
            #expect(!verdict.isAccepted)
        }
        #expect(cache.check(token, access).isAccepted)
    }

    @Test("an empty cache accepts nothing that Access does not")
    func empty() {
        var cache = TokenCache()
        #expect(cache.check("", access) == .refused(.malformed))
        #expect(cache.check("", access, at: .min) == .refused(.malformed))
    }

    @Test("a remembered token expires, and is good again where the clock is set back")
    func expiry() throws {
        var cache = TokenCache()
        let token = try access.issueToken(app: app.id, ttlSeconds: 60, nowSeconds: now)
        #expect(cache.check(token, access, at: now).isAccepted)
        #expect(cache.check(token, access, at: now + 59).isAccepted)
        #expect(cache.check(token, access, at: now + 60) == .refused(.expired))
        #expect(cache.check(token, access, at: now - 1_000).isAccepted)
    }

    @Test("a remembered token is refused once it is revoked, its app removed or its key dropped")
    func changes() throws {
        for change in 0..<3 {
            let app = try access.addAppWithoutSecret()
            let token = try access.issueToken(app: app.id, ttlSeconds: 60, nowSeconds: now)
            var cache = TokenCache()
            #expect(cache.check(token, access).isAccepted)
            switch change {
            case 0:
                try access.revoke(token: token)
                #expect(cache.check(token, access) == .refused(.revoked))
            case 1:
                try access.removeApp(id: app.id)
                #expect(cache.check(token, access) == .refused(.unknownApp))
            default:
                try access.rotateKey(.endNow)
                #expect(cache.check(token, access) == .refused(.unknownKey))
            }
        }
    }
}
