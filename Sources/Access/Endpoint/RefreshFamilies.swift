/// Which refresh token is good in each family: the pure half of `RefreshTokens`, without disk or clock.
package struct RefreshFamilies: Sendable {
    /// By app, so that one app's sign-ins can never push out another's.
    private var apps: [String: [FamilyID: Family]] = [:]
    package private(set) var count = 0

    package struct Family: Sendable, Equatable {
        package var hash: String
        package var expiresAtSeconds: Int64
    }

    package init() {}

    /// What a refresh token turns out to be.
    package enum Verdict: Equatable {
        /// The good one of its family.
        case good
        /// Not (or no more) a token of any family of this app.
        case unknown
        /// A token of the family, but not the good one: it was used before, by its owner or a thief. The family ends.
        case spent
        case expired
    }

    package func judge(_ token: RefreshToken, app: String, nowSeconds: Int64) -> Verdict {
        guard let family = apps[app]?[token.family] else { return .unknown }
        guard nowSeconds < family.expiresAtSeconds else { return .expired }
        return ConstantTime.equal(Array(family.hash.utf8), Array(token.hash.utf8)) ? .good : .spent
    }

    /// The family that gives way where `app` has as many as it may: the one that would end first.
    package func familyToEnd(of app: String, limit: Int) -> FamilyID? {
        guard let families = apps[app], families.count >= limit else { return nil }
        return families.min { $0.value.expiresAtSeconds < $1.value.expiresAtSeconds }?.key
    }

    package mutating func apply(_ record: RefreshRecord) {
        switch record {
        case .good(let app, let family, let hash, let expiresAtSeconds):
            let fresh = Family(hash: hash, expiresAtSeconds: expiresAtSeconds)
            if apps[app, default: [:]].updateValue(fresh, forKey: family) == nil { count += 1 }
        case .ended(let app, let family):
            guard apps[app]?.removeValue(forKey: family) != nil else { return }
            count -= 1
            if apps[app]?.isEmpty == true { apps[app] = nil }
        }
    }

    /// Forgets families that ended long ago, and those of apps that are no more.
    package mutating func prune(nowSeconds: Int64, registeredApps: Set<String>) {
        for (app, families) in apps {
            let kept =
                registeredApps.contains(app)
                ? families.filter {
                    nowSeconds <= $0.value.expiresAtSeconds.plus(saturating: AccessLimits.graceSeconds)
                }
                : [:]
            count += kept.count - families.count
            apps[app] = kept.isEmpty ? nil : kept
        }
    }

    /// One record a family: what a file written afresh holds.
    package var records: [RefreshRecord] {
        apps.flatMap { app, families in
            families.map { id, family in
                .good(app: app, family: id, hash: family.hash, expiresAtSeconds: family.expiresAtSeconds)
            }
        }
    }
}
