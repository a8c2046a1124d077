import Access
import Testing

@Suite("Refresh tokens")
struct RefreshTests {
    let folder: TestFolder
    let directory: AccessDirectory
    let app = "app_0123456789abcdef"
    let otherApp = "app_fedcba9876543210"

    init() throws {
        folder = try TestFolder()
        _ = try Access(dataDirectory: folder.path)
        directory = AccessDirectory(path: folder.accessPath, clock: .system)
    }

    private func open(_ limits: RefreshTokens.Limits = .init()) throws(AccessError) -> RefreshTokens {
        let apps: Set = [app, otherApp]
        return try RefreshTokens(directory: directory, limits: limits) { () throws(AccessError) in apps }
    }

    /// The successor of a token that must be good.
    private func renew(_ token: RefreshToken, _ tokens: RefreshTokens, at time: Int64 = now) throws -> RefreshToken {
        guard case .renewed(let next) = try tokens.use(token, app: app, nowSeconds: time) else {
            throw Refused()
        }
        return next
    }

    private struct Refused: Error {}

    private func verdict(
        _ token: RefreshToken,
        _ tokens: RefreshTokens,
        app: String? = nil,
        at time: Int64 = now
    ) throws -> RefreshFamilies.Verdict {
        switch try tokens.use(token, app: app ?? self.app, nowSeconds: time) {
        case .renewed: .good
        case .refused(let verdict): verdict
        }
    }

    @Test("each is good once, and gives the next")
    func rotation() throws {
        let tokens = try open()
        var token = try tokens.begin(app: app, nowSeconds: now)
        for _ in 0..<5 {
            let next = try renew(token, tokens)
            #expect(next.text != token.text)
            token = next
        }
    }

    @Test("using a spent one ends its family, and no other")
    func reuse() throws {
        let tokens = try open()
        let bystander = try tokens.begin(app: app, nowSeconds: now)
        let first = try tokens.begin(app: app, nowSeconds: now)
        let second = try renew(first, tokens)
        let third = try renew(second, tokens)
        #expect(try verdict(first, tokens) == .spent)
        #expect(try verdict(third, tokens) == .unknown)
        #expect(try verdict(second, tokens) == .unknown)
        #expect(try verdict(bystander, tokens) == .good)
    }

    @Test("a spent one stays spent, and an ended family ended, after a restart")
    func restart() throws {
        let before = try open()
        let spent = try before.begin(app: app, nowSeconds: now)
        let good = try renew(spent, before)
        let after = try open()
        let next = try renew(good, after)
        #expect(try verdict(spent, after) == .spent)
        let last = try open()
        #expect(try verdict(next, last) == .unknown)
    }

    @Test("lives 30 days from when it was given")
    func expiry() throws {
        let tokens = try open()
        let day: Int64 = 86_400
        let first = try tokens.begin(app: app, nowSeconds: now)
        let second = try renew(first, tokens, at: now + 30 * day - 1)
        #expect(try verdict(second, tokens, at: now + 60 * day - 1) == .expired)
        let other = try tokens.begin(app: app, nowSeconds: now)
        #expect(try verdict(other, tokens, at: now + 30 * day) == .expired)
        #expect(try verdict(other, tokens, at: now - 1) == .good)
    }

    @Test("is of no use to another app, and trying it there does the owner no harm")
    func foreignApp() throws {
        let tokens = try open()
        let token = try tokens.begin(app: app, nowSeconds: now)
        #expect(try verdict(token, tokens, app: otherApp) == .unknown)
        #expect(try verdict(token, tokens) == .good)
    }

    @Test(
        "no form but ours is a refresh token",
        arguments: ["", "ref_", "ref_AAAA", "sec_" + String(repeating: "A", count: 64)]
    )
    func forms(text: String) {
        #expect(RefreshToken(text) == nil)
        #expect(RefreshToken("ref_" + String(repeating: "A", count: 64)) != nil)
        #expect(RefreshToken("ref_" + String(repeating: "A", count: 65)) == nil)
        #expect(RefreshToken("ref_" + String(repeating: "A", count: 63) + "=") == nil)
    }

    @Test("is kept as a hash only")
    func hashed() throws {
        let tokens = try open()
        let token = try tokens.begin(app: app, nowSeconds: now)
        let text = try folder.text("refresh")
        #expect(text.contains(token.hash))
        #expect(!text.contains(token.text.dropFirst(4 + 24)))
    }

    @Test("two processes see each other's at once, and of two that use one token only one gets the next")
    func twoProcesses() async throws {
        let one = try open()
        let other = try open()
        for _ in 0..<10 {
            let token = try one.begin(app: app, nowSeconds: now)
            let app = app
            let verdicts = try await withThrowingTaskGroup(of: Bool.self) { group in
                for tokens in [one, other] {
                    group.addTask {
                        if case .renewed = try tokens.use(token, app: app, nowSeconds: now) { true } else { false }
                    }
                }
                return try await group.reduce(into: [Bool]()) { $0.append($1) }
            }
            #expect(verdicts.count { $0 } == 1)
        }
    }

    @Test("an app has at most so many families: the one that would end first gives way")
    func bounded() throws {
        var families = RefreshFamilies()
        for index in 0..<5 {
            let token = RefreshToken(family: FamilyID(bytes: [UInt8](repeating: UInt8(index), count: 16)))
            families.apply(
                .good(app: app, family: token.family, hash: token.hash, expiresAtSeconds: now - Int64(index))
            )
        }
        #expect(families.familyToEnd(of: app, limit: 6) == nil)
        #expect(families.familyToEnd(of: app, limit: 5) == FamilyID(bytes: [UInt8](repeating: 4, count: 16)))
        #expect(families.familyToEnd(of: otherApp, limit: 5) == nil)

        let tokens = try open(.init(familiesPerApp: 5))
        let first = try tokens.begin(app: app, nowSeconds: now - 1)
        var last = first
        for _ in 0..<5 { last = try tokens.begin(app: app, nowSeconds: now) }
        #expect(try verdict(first, tokens) == .unknown)
        #expect(try verdict(last, tokens) == .good)
    }

    @Test("all apps together have a bound too: an app at it replaces its own, and one that has none is told to wait")
    func boundedInAll() throws {
        let tokens = try open(.init(families: 3))
        let first = try tokens.begin(app: app, nowSeconds: now - 1)
        let second = try tokens.begin(app: app, nowSeconds: now)
        let third = try tokens.begin(app: app, nowSeconds: now)
        #expect(throws: AccessError.tooMany(what: "sign-ins with refresh tokens", limit: 3)) {
            try tokens.begin(app: otherApp, nowSeconds: now)
        }
        let fourth = try tokens.begin(app: app, nowSeconds: now)
        #expect(try verdict(first, tokens) == .unknown)
        for token in [second, third, fourth] { #expect(try verdict(token, tokens) == .good) }
        // Once the others are long over there is room.
        let later = now + 40 * 86_400
        _ = try tokens.begin(app: otherApp, nowSeconds: later)
    }

    @Test("the file is written afresh when most of it is out of date; what is good stays good")
    func rewritten() throws {
        let tokens = try open(.init(toleratedLines: 20))
        let watcher = try open()
        let bystander = try tokens.begin(app: app, nowSeconds: now)
        var token = try tokens.begin(app: app, nowSeconds: now)
        let heading = try folder.text("refresh").prefix { $0 != "\n" }
        for _ in 0..<30 { token = try renew(token, tokens) }
        let text = try folder.text("refresh")
        #expect(text.prefix { $0 != "\n" } != heading)
        #expect(text.split(separator: "\n").count < 20)
        token = try renew(token, watcher)
        #expect(try verdict(token, tokens) == .good)
        #expect(try verdict(bystander, try open()) == .good)
    }

    @Test("families of removed apps and those long over are forgotten")
    func pruned() {
        var families = RefreshFamilies()
        func add(_ app: String, expires: Int64) {
            families.apply(.good(app: app, family: .random(), hash: "", expiresAtSeconds: expires))
        }
        add(app, expires: now)
        add(app, expires: now - 86_400)
        add(app, expires: now - 86_401)
        add(otherApp, expires: now + 1_000)
        #expect(families.count == 4)
        families.prune(nowSeconds: now, registeredApps: [app])
        #expect(families.count == 2)
        #expect(families.records.count == 2)
    }

    // MARK: - Crashes and damage

    @Test("a crash while a line is written, at any of its bytes, loses that line only")
    func tornTail() throws {
        let tokens = try open()
        let first = try tokens.begin(app: app, nowSeconds: now)
        let whole = try folder.read("refresh")
        _ = try renew(first, tokens)
        let longer = try folder.read("refresh")
        for length in whole.count..<longer.count {
            try folder.write("refresh", Array(longer.prefix(length)))
            let recovered = try open()
            #expect(try folder.read("refresh") == whole, "cut at \(length)")
            // What the crash lost was never answered: the token before it is the good one.
            let second = try renew(first, recovered)
            #expect(try verdict(second, try open()) == .good)
            try folder.write("refresh", whole)
        }
    }

    @Test("a last line of zeros, as a power cut may leave, is cut off")
    func zeroTail() throws {
        let tokens = try open()
        let token = try tokens.begin(app: app, nowSeconds: now)
        let whole = try folder.read("refresh")
        for tail in [[UInt8](repeating: 0, count: 100), [UInt8](repeating: 0, count: 100) + [UInt8(ascii: "\n")]] {
            try folder.write("refresh", whole + tail)
            _ = try open()
            #expect(try folder.read("refresh") == whole)
        }
        #expect(try verdict(token, try open()) == .good)
    }

    @Test("a damaged byte before the last line is an error that names the file; nothing is cut off")
    func damage() throws {
        let tokens = try open()
        _ = try tokens.begin(app: app, nowSeconds: now)
        let randomPart = (RefreshRecord.headingBytes - 23)..<(RefreshRecord.headingBytes - 1)
        let damageable = try folder.read("refresh").count
        _ = try tokens.begin(app: app, nowSeconds: now)
        let bytes = try folder.read("refresh")
        for index in 0..<damageable {
            var damaged = bytes
            damaged[index] ^= 1
            try folder.write("refresh", damaged)
            do throws(AccessError) {
                _ = try open()
                // The heading's random part may be any: it only tells one file from another.
                #expect(randomPart.contains(index), "byte \(index)")
            } catch {
                #expect(error.description.hasPrefix("\(folder.file("refresh")) is damaged"))
            }
            #expect(try folder.read("refresh") == damaged)
        }
    }

    @Test("others must not be able to read it")
    func permissions() throws {
        let tokens = try open()
        try folder.setMode("refresh", 0o644)
        #expect(throws: AccessError.readableByOthers(file: folder.file("refresh"), mode: 0o644)) {
            try tokens.begin(app: app, nowSeconds: now)
        }
    }
}
