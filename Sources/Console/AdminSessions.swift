import Access
import Crypto
import Synchronization

/// Who is signed in to the console: in memory only, so a restart signs everybody out.
///
/// A session's id is 256 random bits that only the browser holds; here lives its SHA-256, so that a look at this
/// process's tables gives nobody a session. A session ends at the earliest of: sign-out, 2 h without a request, 12 h,
/// its token's own end, the token's revocation.
final class AdminSessions: Sendable {
    static let longestSeconds: Int64 = 12 * 3600
    static let idleSeconds: Int64 = 2 * 3600
    /// Signing in beyond this ends the session that was used least recently. 1,000 × about 450 B.
    static let limit = 1_000

    private let access: Access
    private let nowSeconds: @Sendable () -> Int64
    private let table = Mutex<[SessionKey: Session]>([:])

    private struct Session {
        /// Kept to ask `Access` again after keys or revocations changed; never logged, never sent.
        let token: String
        let administrator: Administrator
        let expiresAtSeconds: Int64
        var usedAtSeconds: Int64
        /// The state of `Access` under which `token` was last found good.
        var checkedGeneration: UInt64
    }

    /// SHA-256 of the id. A look-up by it needs no constant-time comparison: nobody can choose a digest's prefix.
    private struct SessionKey: Hashable {
        let digest: [UInt8]

        init(id: String) {
            digest = Array(SHA256.hash(data: Array(id.utf8)))
        }
    }

    struct Started: Sendable {
        let id: String
        let expiresAtSeconds: Int64
    }

    /// Whose session it is, and until when.
    struct Current: Sendable {
        let administrator: Administrator
        let expiresAtSeconds: Int64
    }

    /// A good token, before a session is begun with it.
    struct SignIn: Sendable {
        fileprivate let token: String
        fileprivate let generation: UInt64
        let administrator: Administrator
        let tokenExpiresAtSeconds: Int64
    }

    enum Judgement: Sendable {
        case good(SignIn)
        case notAnAdmin(detail: String?)
    }

    init(access: Access, nowSeconds: @escaping @Sendable () -> Int64) {
        self.access = access
        self.nowSeconds = nowSeconds
    }

    func judge(token: String) -> Judgement {
        // Read before the check: what changes in between is checked again on the first request.
        let generation = access.generation
        return switch access.authenticate(token, nowSeconds: nowSeconds()) {
        case .administrator(let role, let tokenID, let expiresAtSeconds):
            .good(
                SignIn(
                    token: token,
                    generation: generation,
                    administrator: Administrator(role: role, tokenID: tokenID),
                    tokenExpiresAtSeconds: expiresAtSeconds
                )
            )
        case .app:
            .notAnAdmin(detail: "this is an app's token; the console needs an administrator's")
        case .refused:
            .notAnAdmin(detail: nil)
        }
    }

    func start(_ signIn: SignIn) -> Started {
        let now = nowSeconds()
        let id = Self.randomID()
        let session = Session(
            token: signIn.token,
            administrator: signIn.administrator,
            expiresAtSeconds: min(now + Self.longestSeconds, signIn.tokenExpiresAtSeconds),
            usedAtSeconds: now,
            checkedGeneration: signIn.generation
        )
        table.withLock { table in
            if table.count >= Self.limit {
                table = table.filter { Self.lives($0.value, at: now) }
            }
            if table.count >= Self.limit,
                let idlest = table.min(by: { $0.value.usedAtSeconds < $1.value.usedAtSeconds })
            {
                table[idlest.key] = nil
            }
            table[SessionKey(id: id)] = session
        }
        return Started(id: id, expiresAtSeconds: session.expiresAtSeconds)
    }

    /// The session with this id, where there is one and its token is still good.
    func session(_ id: String, countsAsUse: Bool = true) -> Current? {
        let now = nowSeconds()
        let key = SessionKey(id: id)
        let generation = access.generation
        guard var session = table.withLock({ $0[key] }), Self.lives(session, at: now) else {
            end(key)
            return nil
        }
        if session.checkedGeneration != generation {
            // Keys, apps or revocations changed since. Outside the lock: `Access` may look at its files.
            guard case .administrator = access.authenticate(session.token, nowSeconds: now) else {
                end(key)
                return nil
            }
            session.checkedGeneration = generation
        }
        if countsAsUse { session.usedAtSeconds = now }
        let kept = session
        return table.withLock { table in
            // Signed out meanwhile: it stays so.
            guard table[key] != nil else { return nil }
            table[key] = kept
            return Current(administrator: kept.administrator, expiresAtSeconds: kept.expiresAtSeconds)
        }
    }

    func end(session id: String) {
        end(SessionKey(id: id))
    }

    private func end(_ key: SessionKey) {
        table.withLock { table in
            table[key] = nil
        }
    }

    private static func lives(_ session: Session, at now: Int64) -> Bool {
        now < session.expiresAtSeconds && now < session.usedAtSeconds + idleSeconds
    }

    /// 256 bits of the system's generator, in hexadecimal.
    private static func randomID() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<4).map { _ in
            let digits = String(generator.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

extension Access {
    func authenticate(_ token: String, nowSeconds: Int64) -> Authentication {
        var token = token
        return token.withUTF8 { authenticate(UnsafeRawBufferPointer($0), nowSeconds: nowSeconds) }
    }
}
