extension Access {
    /// A signing key, as an operator sees it: without the key.
    package struct Key: Sendable, Equatable {
        /// Stands as `kid` in the header of every token it signed.
        package var id: String
        package var createdAtSeconds: Int64
        /// When another key took over, Unix seconds; nil for the one that signs.
        package var retiredAtSeconds: Int64?
    }

    /// What becomes of the tokens signed so far.
    package enum EarlierTokens: String, Sendable {
        /// They stay good until they expire or are revoked.
        case stayGood = "stay_good"
        /// They are refused at once, every one: for a key that somebody else has seen.
        case endNow = "end_now"
    }

    /// Signs new tokens with a fresh key. Returns its id.
    @discardableResult
    package func rotateKey(
        _ earlierTokens: EarlierTokens = .stayGood,
        by actor: AuditActor
    ) throws(AccessError) -> String {
        let nowSeconds = clock.unixSeconds()
        let fresh = KeyRecord.random(nowSeconds: nowSeconds)
        try change(by: actor) { (contents) throws(AccessError) in
            switch earlierTokens {
            case .stayGood:
                for index in contents.keys.keys.indices where contents.keys.keys[index].retired == nil {
                    contents.keys.keys[index].retired = nowSeconds
                }
            case .endNow:
                contents.keys.keys.removeAll()
            }
            contents.keys.active = fresh.id
            contents.keys.keys.append(fresh)
            contents.keys.prune(nowSeconds: nowSeconds)
            guard contents.keys.keys.count <= AccessLimits.keys else {
                throw .tooMany(what: "signing keys", limit: AccessLimits.keys)
            }
        } recording: {
            .keyRotated(id: fresh.id, earlierTokens: earlierTokens)
        }
        return fresh.id
    }

    /// The keys, oldest first, as last read.
    package func keys() -> [Key] {
        currentRules.keyOrder
    }
}
