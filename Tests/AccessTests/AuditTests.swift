import Access
import Foundation
import Testing

@Suite("The audit log")
struct AuditTests {
    let folder: TestFolder
    let clock = HandClock()
    let access: Access

    init() throws {
        folder = try TestFolder()
        access = try Access(dataDirectory: folder.path, clock: clock.clock)
    }

    private let admin = AuditActor.administrator(role: .admin, tokenID: "AAECAwQFBgcICQoLDA0ODw", address: "192.0.2.7")

    private func entries(_ filter: AuditFilter = AuditFilter()) throws -> [AuditEntry] {
        let page = try access.audit.page(matching: filter, limit: 10_000)
        #expect(page.nextBefore == nil)
        #expect(page.unreadableLines == 0)
        return page.entries
    }

    /// A log with entries of every form.
    private func used() throws {
        let app = try access.addApp(name: "商城 \"H5\" \\ 🛍️", by: admin)
        _ = try access.issueToken(for: .administrator(.viewer), name: "Li Lei", ttlSeconds: 60, by: .tester)
        try access.record(.sessionStarted(tokenExpiresAtSeconds: now + 60), by: admin)
        try access.removeApp(id: app.id, by: .tester)
    }

    // MARK: - What is written

    @Test("every change is there, by whom, from where, to what; the newest first")
    func everyChange() throws {
        let app = try access.addApp(name: "shop", by: admin)
        clock.unixSeconds += 1
        let appToken = try access.issueToken(for: .app(app.id), ttlSeconds: 60, by: .tester)
        let viewer = try access.issueToken(for: .administrator(.viewer), name: "Li Lei", ttlSeconds: 90, by: admin)
        let key = try #require(access.keys().first?.id)
        try access.revoke(token: appToken.text, by: .tester)
        try access.revoke(tokenID: viewer.id, by: admin)
        let second = try access.rotateKey(.stayGood, by: .tester)
        let third = try access.rotateKey(.endNow, by: admin)
        try access.record(.sessionStarted(tokenExpiresAtSeconds: now + 60), by: admin)
        try access.record(.sessionEnded, by: admin)
        try access.removeApp(id: app.id, by: .tester)

        let entries = try entries()
        #expect(entries.map(\.sequence) == (1...10).reversed())
        #expect(
            entries.reversed().map { [$0.action, $0.target ?? "–", $0.who] } == [
                ["app.add", app.id, admin.who], ["token.issue", appToken.id, "cli:tester"],
                ["token.issue", viewer.id, admin.who], ["token.revoke", appToken.id, "cli:tester"],
                ["token.revoke", viewer.id, admin.who], ["key.rotate", second, "cli:tester"],
                ["key.rotate", third, admin.who], ["session.start", "–", admin.who], ["session.end", "–", admin.who],
                ["app.remove", app.id, "cli:tester"],
            ]
        )
        let oldest = try #require(entries.last)
        #expect(oldest.timeSeconds == now)
        #expect(oldest.address == "192.0.2.7")
        #expect(oldest.detail == ["name": "shop"])
        #expect(entries.first?.timeSeconds == now + 1)
        #expect(entries.first?.address == nil)
        #expect(entries.first?.detail == ["name": "shop"])
        #expect(
            entries[8].detail == [
                "kind": "app", "app": .text(app.id), "expires": .number(now + 61), "key": .text(key),
            ]
        )
        #expect(
            entries[7].detail == [
                "kind": "viewer", "name": "Li Lei", "expires": .number(now + 91), "key": .text(key),
            ]
        )
        #expect(entries[4].detail == ["earlier_tokens": "stay_good"])
        #expect(entries[3].detail == ["earlier_tokens": "end_now"])
        #expect(try access.audit.verify().entries == 10)
    }

    @Test("what changes nothing, what fails, and what programs do is not there")
    func nothingElse() throws {
        let app = try access.addApp(name: "shop", by: admin)
        let token = try access.issueToken(for: .app(app.id), ttlSeconds: 60, by: .tester)
        try access.revoke(token: token.text, by: .tester)
        let count = try entries().count
        try access.revoke(token: token.text, by: .tester)
        try access.revoke(tokenID: token.id, by: .tester)
        _ = try access.issueToken(app: app.id, ttlSeconds: 60, nowSeconds: now)
        _ = access.issueAdminToken(ttlSeconds: 60, nowSeconds: now)
        try access.prune()
        #expect(throws: AccessError.self) { try access.addApp(name: "", by: .tester) }
        #expect(throws: AccessError.self) { try access.removeApp(id: "app_x", by: .tester) }
        #expect(throws: AccessError.self) { try access.revoke(token: "nonsense", by: .tester) }
        #expect(throws: AccessError.self) { try access.issueToken(for: .app("app_x"), ttlSeconds: 60, by: .tester) }
        #expect(throws: AccessError.self) {
            try access.issueToken(for: .administrator(.admin), ttlSeconds: 0, by: .tester)
        }
        #expect(throws: AccessError.badTokenName(reason: "holds a control character or a line break")) {
            try access.issueToken(for: .administrator(.viewer), name: "a\nb", ttlSeconds: 60, by: .tester)
        }
        clock.unixSeconds += 10 * 86_400
        try access.revoke(token: token.text, by: .tester)
        #expect(try entries().count == count)
    }

    @Test("no token, no secret and no key is in it")
    func secrecy() throws {
        let app = try access.addApp(name: "shop", by: admin)
        let token = try access.issueToken(for: .app(app.id), ttlSeconds: 60, by: .tester)
        let viewer = try access.issueToken(for: .administrator(.viewer), ttlSeconds: 60, by: .tester)
        try access.revoke(token: token.text, by: .tester)
        try access.rotateKey(.stayGood, by: .tester)
        let log = try folder.text("audit.jsonl")
        let keys = try folder.contents().keys.keys.map(\.key)
        for secret in [app.secret, token.text, viewer.text] + keys { #expect(!log.contains(secret)) }
        for part in token.text.split(separator: ".") { #expect(!log.contains(part)) }
        #expect(!"\(token)".contains(token.text) && !String(reflecting: token).contains(token.text))
    }

    @Test("a login name cannot break a line or fill a disk")
    func loginNames() throws {
        let actor = AuditActor.commandLine(user: "eve\n{\"seq\":9}\u{0}" + String(repeating: "x", count: 10_000))
        try access.record(.sessionEnded, by: actor)
        #expect(try entries().first?.who.utf8.count == 68)
        #expect(try folder.text("audit.jsonl").split(separator: "\n").count == 1)
        #expect(try access.audit.verify().broken == nil)
    }

    // MARK: - With the change, or not at all

    @Test("where the entry cannot be written, nothing changes, and nothing is left behind")
    func noEntryNoChange() throws {
        let app = try access.addApp(name: "shop", by: admin)
        let token = access.issueAdminToken(ttlSeconds: 60, nowSeconds: now)
        let contents = try folder.contents()
        try folder.remove("audit.jsonl")
        try FileManager.default.createDirectory(atPath: folder.file("audit.jsonl"), withIntermediateDirectories: false)
        let names = try folder.names()
        #expect(throws: AccessError.self) { try access.addApp(name: "other", by: .tester) }
        #expect(throws: AccessError.self) { try access.removeApp(id: app.id, by: .tester) }
        #expect(throws: AccessError.self) { try access.revoke(token: token, by: .tester) }
        #expect(throws: AccessError.self) { try access.rotateKey(.endNow, by: .tester) }
        #expect(throws: AccessError.self) {
            try access.issueToken(for: .administrator(.viewer), ttlSeconds: 60, by: .tester)
        }
        #expect(try folder.contents() == contents)
        #expect(try folder.names() == names)
        #expect(access.check(token).isAccepted)
    }

    @Test("a log that others can read is not written to")
    func openFile() throws {
        try used()
        try folder.setMode("audit.jsonl", 0o644)
        let expected = AccessError.readableByOthers(file: folder.file("audit.jsonl"), mode: 0o644)
        #expect(throws: expected) { try access.addApp(name: "other", by: .tester) }
        #expect(throws: expected) { try access.audit.verify() }
        try folder.setMode("audit.jsonl", 0o600)
        _ = try access.addApp(name: "other", by: .tester)
    }

    @Test("entries of many at once, in two processes, are all there, numbered and chained")
    func concurrent() async throws {
        let accesses = [access, try Access(dataDirectory: folder.path, clock: clock.clock)]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<40 {
                group.addTask { try accesses[index % 2].record(.sessionEnded, by: .commandLine(user: "\(index)")) }
            }
            try await group.waitForAll()
        }
        #expect(try access.audit.verify().entries == 40)
        #expect(Set(try entries().map(\.who)).count == 40)
    }

    // MARK: - Reading

    @Test("pages are whole, in order and without gaps, over more than is read at once")
    func pages() throws {
        let name = String(repeating: "商", count: 33)
        for index in 0..<240 {
            let event = AuditEvent(.planChange, target: "\(index)", detail: ["name": .text(name), "more": .text(name)])
            try access.record(event, by: .tester)
        }
        #expect(try folder.read("audit.jsonl").count > 80_000)
        var seen: [Int64] = []
        var before: Int64?
        repeat {
            let page = try access.audit.page(matching: AuditFilter(before: before), limit: 23)
            #expect(page.entries.count == 23 || page.nextBefore == nil)
            seen += page.entries.map(\.sequence)
            before = page.nextBefore
        } while before != nil
        #expect(seen == (1...240).reversed())
        #expect(try access.audit.page(matching: AuditFilter(), limit: 240).nextBefore == nil)
        #expect(try access.audit.page(matching: AuditFilter(before: 1), limit: 240).entries.isEmpty)
    }

    @Test("entries are found by time, action, family of actions, author and kind of author")
    func filters() throws {
        try used()
        clock.unixSeconds += 100
        try access.rotateKey(.stayGood, by: .commandLine(user: "test"))
        #expect(try entries(AuditFilter(action: "app.add")).map(\.action) == ["app.add"])
        #expect(try entries(AuditFilter(action: "app")).map(\.action) == ["app.remove", "app.add"])
        #expect(try entries(AuditFilter(action: "ap")).isEmpty)
        #expect(try entries(AuditFilter(who: "cli:tester")).map(\.action) == ["app.remove", "token.issue"])
        #expect(try entries(AuditFilter(who: "admin")).map(\.action) == ["session.start", "app.add"])
        #expect(try entries(AuditFilter(who: "cli:test")).map(\.action) == ["key.rotate"])
        #expect(try entries(AuditFilter(fromSeconds: now + 1)).map(\.action) == ["key.rotate"])
        #expect(try entries(AuditFilter(fromSeconds: now + 100)).count == 1)
        #expect(try entries(AuditFilter(toSeconds: now + 100)).count == 4)
        #expect(try entries(AuditFilter(fromSeconds: now, toSeconds: now)).isEmpty)
        let page = try access.audit.page(matching: AuditFilter(action: "app"), limit: 1)
        #expect(page.entries.map(\.action) == ["app.remove"])
        #expect(page.nextBefore == 4)
    }

    @Test("no log is an empty log")
    func empty() throws {
        #expect(try entries().isEmpty)
        #expect(try access.audit.verify().entries == 0)
        #expect(try access.issuedTokens().isEmpty)
    }
}
