import Access
import HTTPTypes
import Hummingbird
import Insights
import Plans
import Privacy
import Quarantine

/// What administrators change, over HTTP: apps, tokens, keys, the tracking plan; and the audit log, which says who
/// changed what.
///
/// Everything here needs the role `admin`, but a look at the plan, which names what viewers see. By session, a call that changes something must prove that it comes from one
/// of this site's own pages.
struct AdminRoutes: Sendable {
    let access: Access
    let plans: CurrentPlan
    let gate: AdminGate
    let disk: DiskWork
    /// nil where none is kept.
    let quarantine: Quarantine?
    /// nil where nothing about persons is kept.
    let privacy: Privacy?

    func add(to router: Router<ConsoleContext>) {
        router.path("/api/v1/apps", [reading(apps), changing(.post, addApp)])
        router.path("/api/v1/apps/{appid}", [changing(.delete, removeApp)])
        router.path("/api/v1/tokens", [reading(tokens), changing(.post, issueToken)])
        router.path("/api/v1/tokens/revoke", [changing(.post, revokeToken)])
        router.path("/api/v1/tokens/{id}", [changing(.delete, revokeTokenByID)])
        router.path("/api/v1/keys", [reading(keys)])
        router.path("/api/v1/keys/rotate", [changing(.post, rotateKey)])
        router.path("/api/v1/replay", [changing(.post, replay)])
        router.path("/api/v1/plan", [reading(plan, as: .viewer), changing(.put, applyPlan)])
        router.path("/api/v1/plan/versions", [reading(planVersions, as: .viewer)])
        router.path("/api/v1/audit", [reading(audit)])
        router.path("/api/v1/forget", [changing(.post, forget)])
        router.path("/api/v1/receipts", [reading(receipts)])
        router.path("/api/v1/receipts/{id}", [reading(receipt)])
        router.path("/api/v1/access", [(.get, { await personalData($0, $1) })])
    }

    private typealias Answering = @Sendable (AdminCall) async throws(APIAnswer) -> JSONValue
    private typealias Route = (
        method: HTTPRequest.Method, handler: @Sendable (Request, ConsoleContext) async throws -> Response
    )

    private func reading(_ answer: @escaping Answering, as role: Role = .admin) -> Route {
        route(.get, role, ownPagesOnly: false, answer)
    }

    private func changing(_ method: HTTPRequest.Method, _ answer: @escaping Answering) -> Route {
        route(method, .admin, ownPagesOnly: true, answer)
    }

    private func route(
        _ method: HTTPRequest.Method,
        _ role: Role,
        ownPagesOnly: Bool,
        _ answer: @escaping Answering
    ) -> Route {
        (
            method,
            { request, context in
                do throws(APIAnswer) {
                    let administrator = try gate.admit(request, context, to: role, ownPagesOnly: ownPagesOnly)
                    let call = AdminCall(request: request, context: context, administrator: administrator)
                    return APIAnswer.data(try await answer(call).encoded()).response
                } catch {
                    return error.response
                }
            }
        )
    }
}
