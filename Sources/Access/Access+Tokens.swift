extension Access {
    /// A token that somebody has asked for, to be handed out once.
    package struct FreshToken: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
        package let text: String
        package let id: String
        /// Unix seconds.
        package let expiresAtSeconds: Int64

        /// Without the token, so that an interpolation in a log line gives nothing away.
        package var description: String { "FreshToken(\(id))" }
        package var debugDescription: String { description }
    }

    /// A token that `actor` asked for. Its issue is in the audit log, on stable storage, before it is handed out; so
    /// it can be listed, and revoked by its id.
    /// - Parameter name: whom an administrator's token is for; stands in the audit log only.
    package func issueToken(
        for bearer: TokenClaims.Bearer,
        name: String? = nil,
        ttlSeconds: Int64,
        by actor: AuditActor
    ) throws(AccessError) -> FreshToken {
        try Self.check(ttlSeconds: ttlSeconds)
        if let fault = name.flatMap(AppName.fault) { throw .badTokenName(reason: fault) }
        // An app that another process has removed must be gone here, and its new key must sign.
        try reloadIfChanged()
        if case .app(let id) = bearer, currentRules.apps[id] == nil { throw .unknownApp(id: id) }
        let key = currentRules.activeKey
        let claims = claims(bearer, ttlSeconds: ttlSeconds, nowSeconds: clock.unixSeconds())
        try record(.tokenIssued(claims, name: name, key: key.id), by: actor)
        return FreshToken(
            text: TokenText.spell(claims, signedBy: key),
            id: claims.id.description,
            expiresAtSeconds: claims.expiresAtSeconds
        )
    }

    /// A token by which the app may report for `ttlSeconds` from `nowSeconds` on. For programs, which ask every two
    /// hours: the audit log hears nothing of it.
    package func issueToken(
        app: String,
        ttlSeconds: Int64,
        nowSeconds: Int64
    ) throws(AccessError) -> String {
        try Self.check(ttlSeconds: ttlSeconds)
        guard try isRegistered(app: app) else { throw .unknownApp(id: app) }
        return spell(.app(app), ttlSeconds: ttlSeconds, nowSeconds: nowSeconds)
    }

    /// A token by which a command of ours may ask a server that has the same key, for as long as it runs; nobody sees
    /// it, and the audit log hears nothing of it. Reads and writes no file, so nothing can fail; a lifetime outside
    /// ``AccessLimits/tokenLifetimeSeconds`` is taken as the nearest in it.
    package func issueAdminToken(role: Role = .admin, ttlSeconds: Int64, nowSeconds: Int64) -> String {
        let allowed = AccessLimits.tokenLifetimeSeconds
        let lifetime = min(max(ttlSeconds, allowed.lowerBound), allowed.upperBound)
        return spell(.administrator(role), ttlSeconds: lifetime, nowSeconds: nowSeconds)
    }

    private static func check(ttlSeconds: Int64) throws(AccessError) {
        guard AccessLimits.tokenLifetimeSeconds.contains(ttlSeconds) else {
            throw .lifetimeOutOfRange(seconds: ttlSeconds)
        }
    }

    private func claims(_ bearer: TokenClaims.Bearer, ttlSeconds: Int64, nowSeconds: Int64) -> TokenClaims {
        TokenClaims(
            bearer: bearer,
            // A clock before 1970 is broken; the token's form has no negative numbers.
            issuedAtSeconds: max(0, nowSeconds),
            expiresAtSeconds: max(0, nowSeconds).plus(saturating: ttlSeconds),
            id: .random()
        )
    }

    private func spell(_ bearer: TokenClaims.Bearer, ttlSeconds: Int64, nowSeconds: Int64) -> String {
        TokenText.spell(
            claims(bearer, ttlSeconds: ttlSeconds, nowSeconds: nowSeconds),
            signedBy: currentRules.activeKey
        )
    }

    // MARK: - Revoking

    /// Refuses this one token from now on, in other processes after their next reload. Safe to repeat; an expired
    /// token needs no entry.
    package func revoke(token: String, by actor: AuditActor) throws(AccessError) {
        let claims = try claims(ofToken: token)
        try revoke(claims.id, expiresAtSeconds: claims.expiresAtSeconds, by: actor)
    }

    /// Refuses the token with this id, as ``revoke(token:by:)`` does. The audit log must know it: somebody asked for it
    /// or signed in with it.
    package func revoke(tokenID: String, by actor: AuditActor) throws(AccessError) {
        guard let id = TokenID(tokenID), let expiresAtSeconds = try expiry(ofToken: id) else {
            throw .unknownToken(id: tokenID)
        }
        try revoke(id, expiresAtSeconds: expiresAtSeconds, by: actor)
    }

    private func revoke(_ id: TokenID, expiresAtSeconds: Int64, by actor: AuditActor) throws(AccessError) {
        let nowSeconds = clock.unixSeconds()
        guard expiresAtSeconds.plus(saturating: AccessLimits.graceSeconds) >= nowSeconds else { return }
        let entry = RevokedToken(id: id.description, expires: expiresAtSeconds)
        try change(by: actor) { (contents) throws(AccessError) in
            guard !contents.revocations.tokens.contains(where: { $0.id == entry.id }) else { return }
            contents.revocations.prune(nowSeconds: nowSeconds)
            guard contents.revocations.tokens.count < AccessLimits.revokedTokens else {
                throw .tooMany(what: "revoked tokens", limit: AccessLimits.revokedTokens)
            }
            contents.revocations.tokens.append(entry)
        } recording: {
            .tokenRevoked(id: entry.id)
        }
    }

    /// Forgets revoked tokens that are refused as expired anyway, and keys whose last token has expired. Every change
    /// of revocations or keys does so too; this is for servers that run for months without any.
    package func prune() throws(AccessError) {
        let nowSeconds = clock.unixSeconds()
        try change { (contents) throws(AccessError) in
            contents.revocations.prune(nowSeconds: nowSeconds)
            contents.keys.prune(nowSeconds: nowSeconds)
        }
    }

    /// What a token of ours says, good or not any more.
    private func claims(ofToken token: String) throws(AccessError) -> TokenClaims {
        // A key that another process has just made must be known here.
        try reloadIfChanged()
        let rules = currentRules
        var token = token
        let verdict = token.withUTF8 { bytes -> Result<TokenClaims, Refusal> in
            do throws(Refusal) {
                return .success(try TokenText.read(UnsafeRawBufferPointer(bytes), keys: rules.keys))
            } catch {
                return .failure(error)
            }
        }
        switch verdict {
        case .success(let claims): return claims
        case .failure(let refusal): throw .notOurToken(refusal)
        }
    }
}
