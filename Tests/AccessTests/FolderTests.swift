import Access
import Testing

@Suite("The access folder")
struct FolderTests {
    let folder: TestFolder

    init() throws {
        folder = try TestFolder()
    }

    @Test("is made with a fresh key, for this user only, also where the data directory is missing")
    func fresh() throws {
        let deep = "\(folder.path)/not/yet/there"
        let access = try Access(dataDirectory: deep)
        #expect(try folder.mode("\(deep)/access") == 0o700)
        for name in ["keys.json", "apps.json", "revocations.json", "lock"] {
            #expect(try folder.mode("\(deep)/access/\(name)") == 0o600)
        }
        #expect(access.keys().count == 1)
        #expect(access.check(access.issueAdminToken(ttlSeconds: 60, nowSeconds: now)).isAccepted)
    }

    @Test("files stay for this user only after every kind of change")
    func modesAfterChanges() throws {
        let access = try Access(dataDirectory: folder.path)
        let app = try access.addApp(name: "app")
        try access.rotateKey()
        try access.revoke(token: access.issueAdminToken(ttlSeconds: 60, nowSeconds: access.clock.unixSeconds()))
        try access.removeApp(id: app.id)
        _ = try TokenEndpoint(access: access)
        let names = try folder.names()
        #expect(names == ["apps.json", "audit.jsonl", "keys.json", "lock", "refresh", "revocations.json"])
        for name in names { #expect(try folder.mode(folder.file(name)) == 0o600) }
    }

    @Test("tokens, apps and revocations are as before after a restart")
    func restart() throws {
        let clock = HandClock()
        let before = try Access(dataDirectory: folder.path, clock: clock.clock)
        let app = try before.addApp(name: "app")
        let good = try before.issueToken(app: app.id, ttlSeconds: 60, nowSeconds: now)
        let bad = try before.issueToken(app: app.id, ttlSeconds: 60, nowSeconds: now)
        try before.revoke(token: bad)
        let after = try Access(dataDirectory: folder.path, clock: clock.clock)
        #expect(after.check(good).isAccepted)
        #expect(after.check(bad) == .refused(.revoked))
        #expect(try after.checkSecret(app: app.id, secret: app.secret))
    }

    @Test(
        "a file that others could read is refused, with the command that mends it",
        arguments: ["keys.json", "apps.json", "revocations.json"],
        [0o644, 0o640, 0o604, 0o660, 0o610]
    )
    func openFile(name: String, mode: Int) throws {
        let access = try Access(dataDirectory: folder.path)
        try folder.setMode(name, mode)
        let expected = AccessError.readableByOthers(file: folder.file(name), mode: UInt32(mode))
        #expect(throws: expected) { try Access(dataDirectory: folder.path) }
        #expect(throws: expected) { try access.rotateKey() }
        #expect(expected.description.hasSuffix("run: chmod 600 \(folder.file(name))"))
        try folder.setMode(name, 0o600)
        _ = try Access(dataDirectory: folder.path)
    }

    @Test("a folder that others could write is refused", arguments: [0o777, 0o770, 0o702])
    func openFolder(mode: Int) throws {
        _ = try Access(dataDirectory: folder.path)
        try folder.setMode("", mode)
        #expect(throws: AccessError.writableByOthers(directory: folder.accessPath, mode: UInt32(mode))) {
            try Access(dataDirectory: folder.path)
        }
    }

    @Test("a data directory that cannot be made is one clear sentence")
    func impossible() throws {
        let error = try #require(throws: AccessError.self) { try Access(dataDirectory: "/dev/null/data") }
        #expect(error.description == "cannot look at /dev/null/data/access: Not a directory")
    }

    // MARK: - Damage

    /// Every file as it is after some use.
    private func usedFolder() throws -> AccessContents {
        let access = try Access(dataDirectory: folder.path, clock: HandClock().clock)
        let app = try access.addAppWithoutSecret(name: "商城")
        let removed = try access.addAppWithoutSecret()
        try access.removeApp(id: removed.id)
        try access.rotateKey()
        try access.revoke(token: try access.issueToken(app: app.id, ttlSeconds: 60, nowSeconds: now))
        return try folder.contents()
    }

    @Test(
        "whichever byte of a file is damaged, the file is named, never misread and never replaced",
        arguments: ["keys.json", "apps.json", "revocations.json"]
    )
    func everyByteDamaged(name: String) throws {
        _ = try usedFolder()
        let bytes = try folder.read(name)
        for index in bytes.indices {
            var damaged = bytes
            // One bit, or upper case for lower.
            damaged[index] ^= index % 2 == 0 ? 0x01 : 0x20
            try folder.write(name, damaged)
            let error = #expect(throws: AccessError.self) { try Access(dataDirectory: folder.path) }
            #expect(error?.description.hasPrefix("\(folder.file(name)) ") == true, "byte \(index)")
            #expect(try folder.read(name) == damaged)
        }
    }

    @Test(
        "a file that was cut short is named and never replaced",
        arguments: ["keys.json", "apps.json", "revocations.json"]
    )
    func cutShort(name: String) throws {
        _ = try usedFolder()
        let bytes = try folder.read(name)
        for length in bytes.indices {
            try folder.write(name, Array(bytes.prefix(length)))
            let error = try #require(throws: AccessError.self) { try Access(dataDirectory: folder.path) }
            guard case .damaged(folder.file(name), _) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(try folder.read(name).count == length)
        }
    }

    @Test("a file that is something else is named", arguments: ["[]", "null", "{}", "\u{FEFF}{}", "42", "\u{0}", "\n"])
    func somethingElse(text: String) throws {
        _ = try usedFolder()
        for name in ["keys.json", "apps.json", "revocations.json"] {
            let bytes = try folder.read(name)
            try folder.write(name, Array(text.utf8))
            let error = #expect(throws: AccessError.self) { try Access(dataDirectory: folder.path) }
            #expect(error?.description.hasPrefix("\(folder.file(name)) is damaged") == true)
            try folder.write(name, bytes)
        }
    }

    @Test("one file in the place of another is noticed")
    func mixedUp() throws {
        _ = try usedFolder()
        try folder.write("apps.json", try folder.read("keys.json"))
        #expect(
            throws: AccessError.damaged(
                file: folder.file("apps.json"),
                reason: "does not begin as footprint access apps"
            )
        ) {
            try Access(dataDirectory: folder.path)
        }
    }

    @Test("a file of a newer version is not called damaged")
    func newerVersion() throws {
        _ = try usedFolder()
        let text = try folder.text("apps.json").replacing(#""version":1"#, with: #""version":2"#)
        try folder.write("apps.json", Array(text.utf8))
        #expect(throws: AccessError.newerFormat(file: folder.file("apps.json"), version: 2)) {
            try Access(dataDirectory: folder.path)
        }
    }

    @Test("a missing file is an error, not a fresh start", arguments: ["keys.json", "apps.json", "revocations.json"])
    func missing(name: String) throws {
        _ = try usedFolder()
        try folder.remove(name)
        #expect(throws: AccessError.missing(file: folder.file(name))) { try Access(dataDirectory: folder.path) }
        #expect(try !folder.names().contains(name))
    }

    @Test("a crash while the folder is made leaves one that the next start completes", arguments: 0...2)
    func crashWhileMaking(filesWritten: Int) throws {
        _ = try Access(dataDirectory: folder.path)
        for name in ["keys.json", "apps.json", "revocations.json"].prefix(3 - filesWritten) {
            try folder.remove(name)
        }
        let access = try Access(dataDirectory: folder.path)
        #expect(access.check(access.issueAdminToken(ttlSeconds: 60, nowSeconds: now)).isAccepted)
    }

    @Test("a crash while a file is written leaves the old content, and the next change works")
    func crashWhileWriting() throws {
        let contents = try usedFolder()
        try folder.write("apps.json.new", Array("half a fi".utf8))
        let access = try Access(dataDirectory: folder.path)
        #expect(try folder.contents() == contents)
        let app = try access.addApp(name: "later")
        #expect(try folder.contents().apps.apps.last?.id == app.id)
        #expect(try !folder.names().contains("apps.json.new"))
    }
}
