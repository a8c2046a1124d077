extension Access {
    /// A token by which the app may report for `ttlSeconds` from `nowSeconds` on.
    package func issueToken(
        app: String,
        ttlSeconds: Int64,
        nowSeconds: Int64
    ) throws(AccessError) -> String {
        guard AccessLimits.tokenLifetimeSeconds.contains(ttlSeconds) else {
            throw .lifetimeOutOfRange(seconds: ttlSeconds)
        }
        guard try isRegistered(app: app) else { throw .unknownApp(id: app) }
        return issue(.app(app), ttlSeconds: ttlSeconds, nowSeconds: nowSeconds)
    }

    /// A token by which an administrator may ask and manage. Reads and writes no file, so nothing can fail; a lifetime
    /// outside ``AccessLimits/tokenLifetimeSeconds`` is taken as the nearest in it.
    package func issueAdminToken(ttlSeconds: Int64, nowSeconds: Int64) -> String {
        let allowed = AccessLimits.tokenLifetimeSeconds
        let lifetime = min(max(ttlSeconds, allowed.lowerBound), allowed.upperBound)
        return issue(.admin, ttlSeconds: lifetime, nowSeconds: nowSeconds)
    }

    private func issue(_ bearer: TokenClaims.Bearer, ttlSeconds: Int64, nowSeconds: Int64) -> String {
        let claims = TokenClaims(
            bearer: bearer,
            // A clock before 1970 is broken; the token's form has no negative numbers.
            issuedAtSeconds: max(0, nowSeconds),
            expiresAtSeconds: max(0, nowSeconds).plus(saturating: ttlSeconds),
            id: .random()
        )
        return TokenText.spell(claims, signedBy: currentRules.activeKey)
    }

    /// Refuses this one token from now on, in other processes after their next reload. Safe to repeat; an expired
    /// token needs no entry.
    package func revoke(token: String) throws(AccessError) {
        let nowSeconds = clock.unixSeconds()
        let claims = try claims(ofToken: token)
        guard claims.expiresAtSeconds.plus(saturating: AccessLimits.graceSeconds) >= nowSeconds else { return }
        let entry = RevokedToken(id: claims.id.description, expires: claims.expiresAtSeconds)
        try change { (contents) throws(AccessError) in
            contents.revocations.prune(nowSeconds: nowSeconds)
            guard !contents.revocations.tokens.contains(where: { $0.id == entry.id }) else { return }
            guard contents.revocations.tokens.count < AccessLimits.revokedTokens else {
                throw .tooMany(what: "revoked tokens", limit: AccessLimits.revokedTokens)
            }
            contents.revocations.tokens.append(entry)
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
