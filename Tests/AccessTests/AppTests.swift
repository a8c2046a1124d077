import Access
import Testing

@Suite("Apps and their secrets")
struct AppTests {
    let folder: TestFolder
    let clock = HandClock()
    let access: Access

    init() throws {
        folder = try TestFolder()
        access = try Access(dataDirectory: folder.path, clock: clock.clock)
    }

    @Test("apps are listed in the order they were added, by name and time, also after a restart")
    func list() throws {
        let first = try access.addApp(name: "商城 H5 🛍️")
        clock.unixSeconds += 5
        let second = try access.addApp(name: "小程序")
        let expected = [
            App(id: first.id, name: "商城 H5 🛍️", createdAtSeconds: now),
            App(id: second.id, name: "小程序", createdAtSeconds: now + 5),
        ]
        #expect(access.apps() == expected)
        #expect(try Access(dataDirectory: folder.path).apps() == expected)
    }

    @Test("ids and secrets have the documented form and never repeat")
    func credentials() throws {
        let one = try access.addApp(name: "same name")
        let other = try access.addApp(name: "same name")
        #expect(one.id != other.id && one.secret != other.secret)
        #expect(one.id.contains(/^app_[0-9a-z]{16}$/))
        #expect(one.secret.contains(/^sec_[A-Za-z0-9_-]{43}$/))
    }

    @Test("a secret is in no file, no description and no error")
    func secrecy() throws {
        let app = try access.addApp(name: "app")
        for name in try folder.names() {
            #expect(!(try folder.text(name)).contains(app.secret.dropFirst(4)))
        }
        #expect(!"\(app)".contains(app.secret))
        #expect(!String(reflecting: app).contains(app.secret))
    }

    @Test("an app is known by its own secret only")
    func secrets() throws {
        let one = try access.addApp(name: "one")
        let other = try access.addApp(name: "other")
        #expect(try access.checkSecret(app: one.id, secret: one.secret))
        #expect(try access.checkSecret(app: other.id, secret: other.secret))
        #expect(try !access.checkSecret(app: one.id, secret: other.secret))
        #expect(try !access.checkSecret(app: "app_0000000000000000", secret: one.secret))
        #expect(try !access.checkSecret(app: "", secret: one.secret))
        for wrong in ["", "sec_", String(one.secret.dropLast()), "\(one.secret)A", one.id, one.secret.uppercased()] {
            #expect(try !access.checkSecret(app: one.id, secret: wrong))
        }
        try access.removeApp(id: one.id)
        #expect(try !access.checkSecret(app: one.id, secret: one.secret))
    }

    @Test("two apps with one secret would have different hashes: each has its own salt")
    func salts() throws {
        let secret = AppSecret.random()
        let one = try SecretHash(of: secret)
        let other = try SecretHash(of: secret)
        #expect(one.salt != other.salt && one.hash != other.hash)
        #expect(try one.matches(secret) && other.matches(secret))
    }

    @Test("scrypt is scrypt: the vector of RFC 7914, so that other tools can check our hashes")
    func scryptVector() throws {
        // RFC 7914, section 12: P = "pleaseletmein", S = "SodiumChloride", N = 16384, r = 8, p = 1, first 32 bytes.
        let hash = try SecretHash(of: "pleaseletmein", salt: Array("SodiumChloride".utf8)).hash
        let expected: [UInt8] = [
            0x70, 0x23, 0xbd, 0xcb, 0x3a, 0xfd, 0x73, 0x48, 0x46, 0x1c, 0x06, 0xcd, 0x81, 0xfd, 0x38, 0xeb,
            0xfd, 0xa8, 0xfb, 0xba, 0x90, 0x4f, 0x8e, 0x3e, 0xa9, 0xb5, 0x43, 0xf6, 0x54, 0x5d, 0xa1, 0xf2,
        ]
        #expect(hash == Base64URL.encode(expected))
    }

    @Test(
        "a name is 1 to 100 bytes of any language",
        arguments: [
            "a", " ", "商城", "Ünïcödé", "👩‍👩‍👧‍👦", "مرحبا", String(repeating: "a", count: 100),
            String(repeating: "商", count: 33),
        ]
    )
    func goodNames(name: String) throws {
        try AppName.check(name)
        let contents = AppRecords(apps: [AppRecord(id: AppID.random(), name: name, created: 0, secret: .ofNobody)])
        let bytes = SealedFile.encode(contents, format: "f")
        #expect(try SealedFile.decode(bytes, as: AppRecords.self, format: "f", file: "f") == contents)
    }

    @Test(
        "a name that is empty, too long or not one line is refused, and nothing is stored",
        arguments: [
            "", String(repeating: "a", count: 101), String(repeating: "商", count: 34), "a\nb", "\t", "a\u{0}", "\u{7F}",
            "\u{85}", "a\u{2028}b", "\u{2029}", "\u{1B}[31mred",
        ]
    )
    func badNames(name: String) throws {
        let error = try #require(throws: AccessError.self) { try access.addApp(name: name) }
        guard case .badAppName = error else {
            Issue.record("\(error)")
            return
        }
        #expect(access.apps().isEmpty)
        #expect(!error.description.unicodeScalars.contains(where: AppName.isControl))
    }

    @Test("removing an app refuses its tokens at once and leaves other apps alone")
    func removal() throws {
        let one = try access.addApp(name: "one")
        let other = try access.addApp(name: "other")
        let token = try access.issueToken(app: one.id, ttlSeconds: 60, nowSeconds: now)
        let otherToken = try access.issueToken(app: other.id, ttlSeconds: 60, nowSeconds: now)
        try access.removeApp(id: one.id)
        #expect(access.check(token) == .refused(.unknownApp))
        #expect(access.check(otherToken).isAccepted)
        #expect(access.apps().map(\.id) == [other.id])
        #expect(throws: AccessError.unknownApp(id: one.id)) {
            try access.issueToken(app: one.id, ttlSeconds: 60, nowSeconds: now)
        }
    }

    @Test("removing an app twice, or one that never was, is a clear error")
    func removalErrors() throws {
        let app = try access.addApp(name: "app")
        try access.removeApp(id: app.id)
        #expect(throws: AccessError.appAlreadyRemoved(id: app.id)) { try access.removeApp(id: app.id) }
        #expect(throws: AccessError.unknownApp(id: "app_x")) { try access.removeApp(id: "app_x") }
        #expect(AccessError.unknownApp(id: "a\nb").description == #"there is no app "a?b""#)
    }
}
