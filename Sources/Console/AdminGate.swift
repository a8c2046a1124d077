import Access
import HTTPTypes
import Hummingbird

/// Somebody who was let through: a viewer or an admin, by a token or by a session that a token began.
struct Administrator: Sendable, Equatable {
    let role: Role
    /// Names the token in the audit log.
    let tokenID: String

    /// As the audit log names them.
    func actor(in context: ConsoleContext) -> AuditActor {
        .administrator(role: role, tokenID: tokenID, address: context.clientAddress)
    }
}

/// Lets administrators through: by `Authorization` (a token, bare or after `Bearer `) or by their session.
struct AdminGate: Sendable {
    let access: Access
    let sessions: AdminSessions
    let throttle: SignInThrottle
    let nowSeconds: @Sendable () -> Int64

    /// Whoever asks, where they may do what needs `role`. A request that shows a token is judged by it alone: a bad
    /// token is not mended by a good cookie.
    ///
    /// - Parameter ownPagesOnly: whether a request by session must prove that it was made by this site's own page:
    ///   browsers send the cookie by themselves. A token is sent by nobody who does not hold it.
    func admit(
        _ request: Request,
        _ context: ConsoleContext,
        to role: Role,
        ownPagesOnly: Bool
    ) throws(APIAnswer) -> Administrator {
        let administrator: Administrator
        if let authorization = request.headers[.authorization] {
            administrator = try byToken(Self.token(in: authorization), context)
        } else {
            guard let id = SessionCookie.id(in: request), let session = sessions.session(id) else {
                throw .notAdmitted(detail: nil)
            }
            if ownPagesOnly, SameOrigin.verdict(on: request) != .proven { throw .crossSite }
            administrator = session.administrator
        }
        guard administrator.role.covers(role) else {
            throw .notAllowed(
                detail: "this needs an administrator; you are signed in as a \(administrator.role.rawValue)"
            )
        }
        return administrator
    }

    /// Whether somebody who was admitted still would be. Looking is no use of a session: one that only looks on ends as
    /// an idle one does.
    func stillAdmits(_ request: Request, _ context: ConsoleContext) -> Bool {
        if let authorization = request.headers[.authorization] {
            return (try? byToken(Self.token(in: authorization), context)) != nil
        }
        return SessionCookie.id(in: request).flatMap { sessions.session($0, countsAsUse: false) } != nil
    }

    private func byToken(_ token: String, _ context: ConsoleContext) throws(APIAnswer) -> Administrator {
        switch access.authenticate(token, nowSeconds: nowSeconds()) {
        case .administrator(let role, let tokenID, _):
            // Always, whatever others at this address tried.
            return Administrator(role: role, tokenID: tokenID)
        case .app:
            // `detail` says more only where it gives nothing away.
            throw .notAdmitted(detail: "this is an app's token; questions need an administrator's")
        case .refused(let refusal):
            try slowGuesses(refusal, context)
            throw .notAdmitted(detail: nil)
        }
    }

    /// A token that was good once is no guess: whoever shows it is told to get a new one, as often as it takes.
    private func slowGuesses(_ refusal: Refusal, _ context: ConsoleContext) throws(APIAnswer) {
        switch refusal {
        case .expired, .revoked, .unknownApp: return
        case .malformed, .unknownKey, .badSignature: break
        }
        let now = nowSeconds()
        if let wait = throttle.waitSeconds(address: context.throttleName, nowSeconds: now) {
            throw .tooManyAttempts(retryAfterSeconds: wait)
        }
        throttle.failed(address: context.throttleName, nowSeconds: now)
    }

    static func token(in authorization: String) -> String {
        let scheme = "bearer "
        guard authorization.count > scheme.count, authorization.prefix(scheme.count).lowercased() == scheme else {
            return authorization
        }
        return String(authorization.dropFirst(scheme.count).drop { $0 == " " })
    }
}
