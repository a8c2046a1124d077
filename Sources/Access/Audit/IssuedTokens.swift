/// A token that somebody asked for and that is still good, as the audit log knows it.
package struct IssuedToken: Sendable, Equatable {
    package var id: String
    package var bearer: TokenClaims.Bearer
    /// Whom an administrator's token is for.
    package var name: String?
    /// Unix seconds.
    package var issuedAtSeconds: Int64
    /// Unix seconds.
    package var expiresAtSeconds: Int64
    /// Who asked for it: ``AuditActor/who``.
    package var by: String

    /// `app`, `admin` or `viewer`.
    package var kind: String {
        switch bearer {
        case .app: "app"
        case .administrator(let role): role.rawValue
        }
    }

    fileprivate init?(_ entry: AuditEntry) {
        guard let id = entry.target, let kind = entry.detail[AuditEvent.Name.kind]?.text,
            let expires = entry.detail[AuditEvent.Name.expires]?.number
        else { return nil }
        if kind == "app", let app = entry.detail[AuditEvent.Name.app]?.text {
            bearer = .app(app)
        } else if let role = Role(rawValue: kind) {
            bearer = .administrator(role)
        } else {
            return nil
        }
        self.id = id
        name = entry.detail[AuditEvent.Name.name]?.text
        issuedAtSeconds = entry.timeSeconds
        expiresAtSeconds = expires
        by = entry.who
    }
}

extension Access {
    /// The tokens that people asked for and that are still good, newest first: not expired, not revoked, of an app that
    /// is there, signed by a key that is.
    ///
    /// Tokens of the token endpoint are not among them, and neither are those that commands make for themselves.
    /// Reads the audit log, so not on an event loop. At most ``AccessLimits/listedTokens``, the newest.
    package func issuedTokens() throws(AccessError) -> [IssuedToken] {
        try reloadIfChanged()
        let rules = currentRules
        let nowSeconds = clock.unixSeconds()
        var tokens: [IssuedToken] = []
        try audit.eachNewestFirst { line in
            guard let line, line.action == AuditAction.tokenIssue.rawValue, let entry = line.entry,
                let token = IssuedToken(entry), token.expiresAtSeconds > nowSeconds,
                let key = entry.detail[AuditEvent.Name.key]?.text, rules.keys[key] != nil,
                let id = TokenID(token.id), !rules.revoked.contains(id)
            else { return true }
            if case .app(let app) = token.bearer, rules.apps[app] == nil { return true }
            tokens.append(token)
            return tokens.count < AccessLimits.listedTokens
        }
        return tokens
    }

    /// When a token that the audit log has heard of ends: one that somebody asked for, or signed in with.
    func expiry(ofToken id: TokenID) throws(AccessError) -> Int64? {
        let text = id.description
        var expires: Int64?
        try audit.eachNewestFirst { line in
            guard let line else { return true }
            switch AuditAction(rawValue: line.action) {
            case .tokenIssue where line.target == text:
                expires = line.entry?.detail[AuditEvent.Name.expires]?.number
            case .sessionStart where line.who.hasSuffix(":\(text)"):
                expires = line.entry?.detail[AuditEvent.Name.tokenExpires]?.number
            default: break
            }
            return expires == nil
        }
        return expires
    }
}
