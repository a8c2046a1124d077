import Access
import Foundation
import Synchronization
import Testing

/// A data directory of its own for one test; removed with it.
final class TestFolder: Sendable {
    let path: String

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("footprint-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var accessPath: String { "\(path)/access" }

    func file(_ name: String) -> String { "\(accessPath)/\(name)" }

    func read(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: file(name))))
    }

    func text(_ name: String) throws -> String {
        String(decoding: try read(name), as: UTF8.self)
    }

    /// Replaces a file's bytes as an editor would, keeping its mode.
    func write(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
        try setMode(name, 0o600)
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: file(name))
    }

    func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: accessPath).sorted()
    }

    func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? NSNumber).intValue
    }

    func setMode(_ name: String, _ mode: Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file(name))
    }

    /// What the files hold, as any process would read it.
    func contents() throws -> AccessContents {
        try AccessDirectory(path: accessPath, clock: .system).read().contents
    }

    func activeKey() throws -> SigningKey {
        let keys = try contents().keys
        let active = try #require(keys.keys.first { $0.id == keys.active })
        return try #require(SigningKey(active))
    }
}

/// A clock that stands still until it is moved.
final class HandClock: Sendable {
    private let times: Mutex<(unixSeconds: Int64, monotonicNanoseconds: UInt64)>

    init(unixSeconds: Int64 = 1_710_000_000) {
        times = Mutex((unixSeconds, 1_000_000_000))
    }

    var unixSeconds: Int64 {
        get { times.withLock { $0.unixSeconds } }
        set { times.withLock { $0.unixSeconds = newValue } }
    }

    func advance(nanoseconds: UInt64) {
        times.withLock { $0.monotonicNanoseconds += nanoseconds }
    }

    var clock: AccessClock {
        AccessClock(
            unixSeconds: { self.times.withLock { $0.unixSeconds } },
            monotonicNanoseconds: { self.times.withLock { $0.monotonicNanoseconds } }
        )
    }
}

let now: Int64 = 1_710_000_000

extension Access {
    /// An app whose secret nobody knows: for tests that need none, because hashing one takes long.
    func addAppWithoutSecret(name: String = "app") throws -> App {
        let record = AppRecord(id: AppID.random(), name: name, created: clock.unixSeconds(), secret: .ofNobody)
        try change { (contents) throws(AccessError) in contents.apps.apps.append(record) }
        return App(id: record.id, name: name, createdAtSeconds: record.created)
    }

    // By somebody, where a test is not about whom.

    func addApp(name: String) throws(AccessError) -> AppCredentials { try addApp(name: name, by: .tester) }

    func removeApp(id: String) throws(AccessError) { try removeApp(id: id, by: .tester) }

    func revoke(token: String) throws(AccessError) { try revoke(token: token, by: .tester) }

    @discardableResult
    func rotateKey(_ earlierTokens: EarlierTokens = .stayGood) throws(AccessError) -> String {
        try rotateKey(earlierTokens, by: .tester)
    }

    func check(_ token: String, at nowSeconds: Int64 = now) -> Authentication {
        check(Array(token.utf8), at: nowSeconds)
    }

    func check(_ token: [UInt8], at nowSeconds: Int64 = now) -> Authentication {
        token.withUnsafeBytes { authenticate($0, nowSeconds: nowSeconds) }
    }
}

extension AuditActor {
    static let tester = commandLine(user: "tester")
}

extension TokenCache {
    mutating func check(_ token: String, _ access: Access, at nowSeconds: Int64 = now) -> Authentication {
        Array(token.utf8).withUnsafeBytes { authenticate($0, access: access, nowSeconds: nowSeconds) }
    }
}

extension Authentication {
    var isAccepted: Bool {
        if case .refused = self { false } else { true }
    }
}

/// A token with this header and payload, signed as we sign: what an attacker who had the key could make, and what
/// somebody who changes our spelling would make.
func signed(header: String, payload: String, by key: SigningKey) -> String {
    TokenText.sign(header: header, payload: payload, by: key)
}
