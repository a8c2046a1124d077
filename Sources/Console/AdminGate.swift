import Access
import HTTPTypes
import Hummingbird

/// Lets administrators through: by `Authorization` (an admin token, bare or after `Bearer `) or by their session.
struct AdminGate: Sendable {
    let access: Access
    let sessions: AdminSessions
    let nowSeconds: @Sendable () -> Int64

    enum Admission {
        case admitted
        /// `detail` says more only where it gives nothing away.
        case refused(detail: String?)
    }

    /// A request that shows a token is judged by it alone: a bad token is not mended by a good cookie.
    func admission(of request: Request) -> Admission {
        if let authorization = request.headers[.authorization] {
            return switch access.authenticate(Self.token(in: authorization), nowSeconds: nowSeconds()) {
            case .admin: .admitted
            case .app: .refused(detail: "this is an app's token; questions need an administrator's")
            case .refused: .refused(detail: nil)
            }
        }
        if let id = SessionCookie.id(in: request), sessions.expiry(ofSession: id) != nil {
            return .admitted
        }
        return .refused(detail: nil)
    }

    static func token(in authorization: String) -> String {
        let scheme = "bearer "
        guard authorization.count > scheme.count, authorization.prefix(scheme.count).lowercased() == scheme else {
            return authorization
        }
        return String(authorization.dropFirst(scheme.count).drop { $0 == " " })
    }
}
