/// What `POST /upbot/api/auth/GetAccessToken` and `…/RefreshToken` answer, without HTTP: bytes in, status and bytes
/// out.
///
/// Both calls wait for the disk, and ``getAccessToken(body:nowSeconds:)`` takes scrypt's 30 ms of one core and 16 MiB:
/// call them on threads of their own, at most as many at once as there are cores, never on an event loop.
package struct TokenEndpoint: Sendable {
    /// How long an access token lives.
    package static let accessTokenSeconds: Int64 = 7_200
    /// No request that makes sense is larger: the caller may stop reading here and answer ``TokenAnswer/tooLarge``.
    package static let bodyBytes = 16 << 10

    private static let fieldBytes = 256

    private let access: Access
    private let refreshTokens: RefreshTokens

    /// Opens `DATA/access/refresh`, or makes it.
    package init(access: Access) throws(AccessError) {
        self.access = access
        refreshTokens = try RefreshTokens(directory: access.directory) { () throws(AccessError) in
            try access.reloadIfChanged()
            return Set(access.apps().map(\.id))
        }
    }

    /// `{"appid","app_secret","grant_type":"client_credentials","scope"?}`: the app shows its secret.
    package func getAccessToken(body: [UInt8], nowSeconds: Int64) -> TokenAnswer {
        answer(nowSeconds: nowSeconds) { () throws(Denial) in
            let (app, secret) = try read(body) { (request) throws(RequestFields.Fault) in
                let app = try request.string("appid", limitBytes: Self.fieldBytes)
                let secret = try request.string("app_secret", limitBytes: Self.fieldBytes)
                try request.constant("grant_type", "client_credentials")
                // Any scope may be asked for, as OAuth (RFC 6749, 3.3) has it: the answer says which was granted.
                _ = try request.optionalString("scope", limitBytes: Self.fieldBytes)
                return (app, secret)
            }
            return try stored { () throws(AccessError) in
                guard try access.checkSecret(app: app, secret: secret) else { return nil }
                let refreshToken = try refreshTokens.begin(app: app, nowSeconds: nowSeconds)
                return (app, refreshToken)
            }
        }
    }

    /// `{"appid","refresh_token","grant_type":"refresh_token"}`: the app spends its refresh token and gets the next.
    ///
    /// A client that loses the answer (its connection broke) has spent its token: it shows its secret again. Retrying
    /// with the spent token ends the family, because nothing tells such a retry from a thief's.
    package func refreshToken(body: [UInt8], nowSeconds: Int64) -> TokenAnswer {
        answer(nowSeconds: nowSeconds) { () throws(Denial) in
            let (app, text) = try read(body) { (request) throws(RequestFields.Fault) in
                let app = try request.string("appid", limitBytes: Self.fieldBytes)
                let text = try request.string("refresh_token", limitBytes: Self.fieldBytes)
                try request.constant("grant_type", "refresh_token")
                return (app, text)
            }
            guard let token = RefreshToken(text) else { throw .unauthorized }
            return try stored { () throws(AccessError) in
                // Before the token is spent: a removed app's token need not be.
                guard try access.isRegistered(app: app),
                    case .renewed(let next) = try refreshTokens.use(token, app: app, nowSeconds: nowSeconds)
                else { return nil }
                return (app, next)
            }
        }
    }

    // MARK: - The common way: read, judge and store, issue, answer

    private typealias Grant = (app: String, refreshToken: RefreshToken)

    private enum Denial: Error {
        case tooLarge
        case badRequest(RequestFields.Fault)
        case unauthorized
        case unavailable(AccessError)
    }

    private func read<Fields>(
        _ body: [UInt8],
        _ fields: (RequestFields) throws(RequestFields.Fault) -> Fields
    ) throws(Denial) -> Fields {
        guard body.count <= Self.bodyBytes else { throw .tooLarge }
        do throws(RequestFields.Fault) {
            return try fields(try RequestFields(body))
        } catch {
            throw .badRequest(error)
        }
    }

    /// What `grant` stored; nil from it is a refusal.
    private func stored(_ grant: () throws(AccessError) -> Grant?) throws(Denial) -> Grant {
        let granted: Grant?
        do throws(AccessError) {
            granted = try grant()
        } catch {
            throw .unavailable(error)
        }
        guard let granted else { throw .unauthorized }
        return granted
    }

    private func answer(nowSeconds: Int64, _ grant: () throws(Denial) -> Grant) -> TokenAnswer {
        let granted: Grant
        do throws(Denial) {
            granted = try grant()
        } catch {
            switch error {
            case .tooLarge: return .tooLarge
            case .badRequest(let fault): return .badRequest(fault)
            case .unauthorized: return .unauthorized
            case .unavailable(let failure): return .unavailable(failure)
            }
        }
        do throws(AccessError) {
            let lifetime = Self.accessTokenSeconds
            return .granted(
                accessToken: try access.issueToken(app: granted.app, ttlSeconds: lifetime, nowSeconds: nowSeconds),
                expiresInSeconds: lifetime,
                refreshToken: granted.refreshToken.text
            )
        } catch {
            // The app was removed in between.
            if case .unknownApp = error { return .unauthorized }
            return .unavailable(error)
        }
    }
}
