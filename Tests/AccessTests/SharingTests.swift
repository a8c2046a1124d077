import Access
import Foundation
import Testing

/// Each `Access` stands for a process: they share nothing but the folder, and `flock` keeps two openings of one file
/// apart whether one process made them or two.
@Suite("Several processes on one folder")
struct SharingTests {
    let folder: TestFolder
    let clock = HandClock()
    let server: Access
    let command: Access

    init() throws {
        folder = try TestFolder()
        server = try Access(dataDirectory: folder.path, clock: clock.clock)
        command = try Access(dataDirectory: folder.path, clock: clock.clock)
    }

    @Test("an app added and a token issued by a command are accepted by the running server at once")
    func addIssueReport() throws {
        let app = try command.addAppWithoutSecret()
        let token = try command.issueToken(app: app.id, ttlSeconds: 60, nowSeconds: now)
        #expect(server.apps().isEmpty)
        #expect(server.check(token) == .app(id: app.id, expiresAtSeconds: now + 60))
    }

    @Test("a token signed with a key that a command has just made is accepted at once")
    func rotateReport() throws {
        try command.rotateKey()
        #expect(server.check(command.issueAdminToken(ttlSeconds: 60, nowSeconds: now)).isAccepted)
    }

    @Test("tokens of unknown apps make the server look at the files at most every 10 ms")
    func looksAreLimited() throws {
        let ghost = try command.addAppWithoutSecret()
        let ghostToken = try command.issueToken(app: ghost.id, ttlSeconds: 60, nowSeconds: now)
        try command.removeApp(id: ghost.id)
        #expect(server.check(ghostToken) == .refused(.unknownApp))
        let app = try command.addAppWithoutSecret()
        let token = try command.issueToken(app: app.id, ttlSeconds: 60, nowSeconds: now)
        clock.advance(nanoseconds: 9_999_999)
        #expect(server.check(token) == .refused(.unknownApp))
        clock.advance(nanoseconds: 1)
        #expect(server.check(token).isAccepted)
    }

    @Test("a revocation, a removed app and a dropped key reach the server with its next reload")
    func reload() throws {
        let app = try command.addAppWithoutSecret()
        try server.reloadIfChanged()
        let revoked = try command.issueToken(app: app.id, ttlSeconds: 60, nowSeconds: now)
        let other = try command.issueToken(app: app.id, ttlSeconds: 60, nowSeconds: now)
        let admin = command.issueAdminToken(ttlSeconds: 60, nowSeconds: now)

        try command.revoke(token: revoked)
        var generation = server.generation
        try server.reloadIfChanged()
        #expect(server.generation != generation)
        #expect(server.check(revoked) == .refused(.revoked))
        #expect(server.check(other).isAccepted)

        try command.removeApp(id: app.id)
        try server.reloadIfChanged()
        #expect(server.check(other) == .refused(.unknownApp))
        #expect(server.check(admin).isAccepted)

        try command.rotateKey(.endNow)
        generation = server.generation
        try server.reloadIfChanged()
        #expect(server.check(admin) == .refused(.unknownKey))
        #expect(server.generation != generation)
    }

    @Test("a reload where nothing changed changes nothing")
    func quietReload() throws {
        let generation = server.generation
        for _ in 0..<3 { try server.reloadIfChanged() }
        #expect(server.generation == generation)
    }

    @Test("two changes within one tick of the file system's clock are both seen")
    func quickChanges() throws {
        // As long as ids and names are, so that sizes are equal; inodes are reused at once on ext4.
        for _ in 0..<25 {
            try command.rotateKey(.endNow)
            try command.rotateKey(.endNow)
            try server.reloadIfChanged()
            #expect(server.keys() == command.keys())
        }
    }

    @Test(
        "each content is later than the one before, even one from a clock that ran ahead: a change is never overlooked"
    )
    func strictlyLater() throws {
        let hourAhead = Date(timeIntervalSinceNow: 3_600)
        try FileManager.default.setAttributes([.modificationDate: hourAhead], ofItemAtPath: folder.file("keys.json"))
        var earlier = try #require(try FileStamp.of(folder.file("keys.json")))
        for _ in 0..<3 {
            try command.rotateKey()
            let later = try #require(try FileStamp.of(folder.file("keys.json")))
            #expect(
                (later.modifiedSeconds, later.modifiedNanoseconds)
                    > (earlier.modifiedSeconds, earlier.modifiedNanoseconds)
            )
            earlier = later
        }
    }

    @Test("changes made by many at once, in two processes, are all kept")
    func concurrentChanges() async throws {
        let accesses = [server, command]
        let apps = try await withThrowingTaskGroup(of: AppCredentials.self) { group in
            for index in 0..<10 {
                group.addTask { try accesses[index % 2].addApp(name: "app \(index)") }
            }
            for index in 0..<10 {
                group.addTask {
                    try accesses[index % 2].rotateKey()
                    let token = accesses[index % 2].issueAdminToken(ttlSeconds: 60, nowSeconds: now)
                    try accesses[(index + 1) % 2].revoke(token: token)
                    return AppCredentials(id: token, secret: "")
                }
            }
            return try await group.reduce(into: [AppCredentials]()) { $0.append($1) }
        }
        let added = apps.filter { !$0.secret.isEmpty }
        let revoked = apps.filter(\.secret.isEmpty).map(\.id)
        for access in accesses {
            try access.reloadIfChanged()
            #expect(Set(access.apps().map(\.id)) == Set(added.map(\.id)))
            #expect(access.keys().count == 11)
            for token in revoked { #expect(access.check(token) == .refused(.revoked)) }
        }
        for app in added { #expect(try server.checkSecret(app: app.id, secret: app.secret)) }
        #expect(try folder.contents().revocations.tokens.count == 10)
    }

    @Test("many that open a folder at once, where none is, agree on one key")
    func concurrentMaking() async throws {
        let fresh = try TestFolder()
        let ids = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<16 {
                group.addTask { try Access(dataDirectory: fresh.path).keys().map(\.id) }
            }
            return try await group.reduce(into: Set<[String]>()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
    }

    @Test("a file damaged under a running server is named, and the server goes on by what it knew")
    func damagedWhileRunning() throws {
        let app = try command.addAppWithoutSecret()
        try server.reloadIfChanged()
        let token = try server.issueToken(app: app.id, ttlSeconds: 60, nowSeconds: now)
        let bytes = try folder.read("apps.json")
        try folder.write("apps.json", Array(bytes.dropLast(10)))
        for _ in 0..<2 {
            let error = try #require(throws: AccessError.self) { try server.reloadIfChanged() }
            #expect(error.description.hasPrefix(folder.file("apps.json")))
        }
        #expect(server.check(token).isAccepted)
        #expect(throws: AccessError.self) { try command.addAppWithoutSecret() }
        try folder.write("apps.json", bytes)
        try server.reloadIfChanged()
        #expect(server.check(token).isAccepted)
        #expect(try command.addAppWithoutSecret().id != app.id)
    }

    @Test("a client cannot make the server read a damaged file again and again")
    func damagedFileIsNotReadForClients() throws {
        let app = try command.addAppWithoutSecret()
        let token = try command.issueToken(app: app.id, ttlSeconds: 60, nowSeconds: now)
        let bytes = try folder.read("apps.json")
        try folder.write("apps.json", Array(bytes.dropLast(10)))
        for _ in 0..<3 {
            clock.advance(nanoseconds: 10_000_000)
            #expect(server.check(token) == .refused(.unknownApp))
        }
        try folder.write("apps.json", bytes)
        clock.advance(nanoseconds: 10_000_000)
        #expect(server.check(token).isAccepted)
    }

    @Test("a lock that another process never gives up is an error, not a hang")
    func stuckLock() throws {
        // A clock that has run past the deadline by its second look.
        let ticks = HandClock()
        let hasty = AccessClock(
            unixSeconds: { now },
            monotonicNanoseconds: {
                ticks.advance(nanoseconds: AccessLimits.lockWaitNanoseconds)
                return ticks.clock.monotonicNanoseconds()
            }
        )
        let waiting = try Access(dataDirectory: folder.path, clock: hasty)
        try server.directory.withLock { () throws(AccessError) in
            _ = #expect(throws: AccessError.busy(lock: folder.file("lock"))) { try waiting.rotateKey() }
        }
        try waiting.rotateKey()
    }
}
