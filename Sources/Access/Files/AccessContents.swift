/// What `DATA/access` holds: three files, each replaced as a whole.
struct AccessContents: Sendable, Equatable {
    var keys: KeyRecords
    var apps: AppRecords
    var revocations: RevocationRecords
}

/// `keys.json`
struct KeyRecords: Sendable, Equatable, Codable {
    /// Id of the key that signs; the others only verify.
    var active: String
    var keys: [KeyRecord]
}

struct KeyRecord: Sendable, Equatable, Codable, CustomStringConvertible, CustomDebugStringConvertible {
    /// Fingerprint of the key: see ``SigningKey``.
    var id: String
    /// 32 bytes, base64url.
    var key: String
    /// Unix seconds.
    var created: Int64
    /// When another key became the active one, Unix seconds; absent for the active one.
    var retired: Int64?

    /// Without the key.
    var description: String { "KeyRecord(\(id))" }
    var debugDescription: String { description }
}

/// `apps.json`
struct AppRecords: Sendable, Equatable, Codable {
    /// In the order in which they were added.
    var apps: [AppRecord]
}

struct AppRecord: Sendable, Equatable, Codable {
    var id: String
    var name: String
    /// Unix seconds.
    var created: Int64
    var secret: SecretHash
}

/// `revocations.json`
struct RevocationRecords: Sendable, Equatable, Codable {
    /// Oldest first.
    var tokens: [RevokedToken]
    /// Oldest first; only so that a second removal can say "already removed": tokens of an app that is not in
    /// `apps.json` are refused anyway.
    var removedApps: [RemovedApp]

    enum CodingKeys: String, CodingKey {
        case tokens
        case removedApps = "removed_apps"
    }
}

struct RevokedToken: Sendable, Equatable, Codable {
    /// The token's `jti`.
    var id: String
    /// The token's `exp`, Unix seconds: after it the entry is not needed.
    var expires: Int64
}

struct RemovedApp: Sendable, Equatable, Codable {
    var id: String
    /// Unix seconds.
    var removed: Int64
}

extension RevocationRecords {
    /// Forgets tokens that are refused as expired anyway, and the oldest removals beyond the limit.
    mutating func prune(nowSeconds: Int64) {
        tokens.removeAll { $0.expires.plus(saturating: AccessLimits.graceSeconds) < nowSeconds }
        removedApps.removeFirst(max(0, removedApps.count - AccessLimits.removedApps))
    }
}

extension KeyRecords {
    /// Forgets keys that were retired so long ago that no token signed by them can still be good.
    mutating func prune(nowSeconds: Int64) {
        let longest = AccessLimits.tokenLifetimeSeconds.upperBound + AccessLimits.graceSeconds
        keys.removeAll { key in
            guard key.id != active, let retired = key.retired else { return false }
            return retired.plus(saturating: longest) < nowSeconds
        }
    }
}

// What a file's content must obey beyond its checksum; nil where it does. Checked when read, so that everything after
// may rely on it.

extension KeyRecords {
    var fault: String? {
        guard keys.count <= AccessLimits.keys else { return "more than \(AccessLimits.keys) keys" }
        guard Set(keys.map(\.id)).count == keys.count else { return "the same key twice" }
        guard keys.contains(where: { $0.id == active }) else { return "the active key is not among the keys" }
        for record in keys where SigningKey(record) == nil {
            return "key \(record.id) is not the one that its id was made from"
        }
        return nil
    }
}

extension AppRecords {
    var fault: String? {
        guard apps.count <= AccessLimits.apps else { return "more than \(AccessLimits.apps) apps" }
        guard Set(apps.map(\.id)).count == apps.count else { return "the same app twice" }
        for app in apps {
            guard AppID.isWellFormed(app.id) else { return "an app id of another form" }
            if let fault = app.secret.fault { return "app \(app.id): \(fault)" }
        }
        return nil
    }
}

extension RevocationRecords {
    var fault: String? {
        tokens.allSatisfy { TokenID($0.id) != nil } ? nil : "a token id of another form"
    }
}
