/// What `DATA/access` holds: three files, each replaced as a whole.
package struct AccessContents: Sendable, Equatable {
    package var keys: KeyRecords
    package var apps: AppRecords
    package var revocations: RevocationRecords

    package init(keys: KeyRecords, apps: AppRecords, revocations: RevocationRecords) {
        self.keys = keys
        self.apps = apps
        self.revocations = revocations
    }
}

/// `keys.json`
package struct KeyRecords: Sendable, Equatable, Codable {
    /// Id of the key that signs; the others only verify.
    package var active: String
    package var keys: [KeyRecord]

    package init(active: String, keys: [KeyRecord]) {
        self.active = active
        self.keys = keys
    }
}

package struct KeyRecord: Sendable, Equatable, Codable, CustomStringConvertible, CustomDebugStringConvertible {
    /// Fingerprint of the key: see ``SigningKey``.
    package var id: String
    /// 32 bytes, base64url.
    package var key: String
    /// Unix seconds.
    package var created: Int64
    /// When another key became the active one, Unix seconds; absent for the active one.
    package var retired: Int64?

    package init(id: String, key: String, created: Int64, retired: Int64?) {
        self.id = id
        self.key = key
        self.created = created
        self.retired = retired
    }

    /// Without the key.
    package var description: String { "KeyRecord(\(id))" }
    package var debugDescription: String { description }
}

/// `apps.json`
package struct AppRecords: Sendable, Equatable, Codable {
    /// In the order in which they were added.
    package var apps: [AppRecord]

    package init(apps: [AppRecord]) {
        self.apps = apps
    }
}

package struct AppRecord: Sendable, Equatable, Codable {
    package var id: String
    package var name: String
    /// Unix seconds.
    package var created: Int64
    package var secret: SecretHash

    package init(id: String, name: String, created: Int64, secret: SecretHash) {
        self.id = id
        self.name = name
        self.created = created
        self.secret = secret
    }
}

/// `revocations.json`
package struct RevocationRecords: Sendable, Equatable, Codable {
    /// Oldest first.
    package var tokens: [RevokedToken]
    /// Oldest first; only so that a second removal can say "already removed": tokens of an app that is not in
    /// `apps.json` are refused anyway.
    package var removedApps: [RemovedApp]

    package init(tokens: [RevokedToken], removedApps: [RemovedApp]) {
        self.tokens = tokens
        self.removedApps = removedApps
    }

    enum CodingKeys: String, CodingKey {
        case tokens
        case removedApps = "removed_apps"
    }
}

package struct RevokedToken: Sendable, Equatable, Codable {
    /// The token's `jti`.
    package var id: String
    /// The token's `exp`, Unix seconds: after it the entry is not needed.
    package var expires: Int64

    package init(id: String, expires: Int64) {
        self.id = id
        self.expires = expires
    }
}

package struct RemovedApp: Sendable, Equatable, Codable {
    package var id: String
    /// Unix seconds.
    package var removed: Int64

    package init(id: String, removed: Int64) {
        self.id = id
        self.removed = removed
    }
}

extension RevocationRecords {
    /// Forgets tokens that are refused as expired anyway, and the oldest removals beyond the limit.
    package mutating func prune(nowSeconds: Int64) {
        tokens.removeAll { $0.expires.plus(saturating: AccessLimits.graceSeconds) < nowSeconds }
        removedApps.removeFirst(max(0, removedApps.count - AccessLimits.removedApps))
    }
}

extension KeyRecords {
    /// Forgets keys that were retired so long ago that no token signed by them can still be good.
    package mutating func prune(nowSeconds: Int64) {
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
    package var fault: String? {
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
    package var fault: String? {
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
    package var fault: String? {
        tokens.allSatisfy { TokenID($0.id) != nil } ? nil : "a token id of another form"
    }
}
