import Access
import Foundation
import HTTPTypes
import Hummingbird
import Insights
import Logging
import NIOCore

/// `/console/session`: sign in (POST), sign out (DELETE), am I signed in (GET). Who signs in and out is in the audit
/// log; who tried and failed is in the server's.
struct SessionRoutes: Sendable {
    let access: Access
    let sessions: AdminSessions
    let throttle: SignInThrottle
    let disk: DiskWork
    let nowSeconds: @Sendable () -> Int64
    let logger: Logger

    /// A token is about 200 bytes; this leaves room for any.
    static let bodyLimitBytes = 8 * 1024

    func add(to router: Router<ConsoleContext>) {
        router.path(
            "/console/session",
            [
                (.get, { request, _ in state(request) }),
                (.post, { request, context in await signIn(request, context) }),
                (.delete, { request, context in await signOut(request, context) }),
            ]
        )
    }

    private func state(_ request: Request) -> Response {
        guard let id = SessionCookie.id(in: request), let session = sessions.session(id) else {
            return Self.signedOut.response
        }
        return Self.signedIn(session.administrator, expiresAtSeconds: session.expiresAtSeconds).response
    }

    private func signIn(_ request: Request, _ context: ConsoleContext) async -> Response {
        let origin = SameOrigin.verdict(on: request)
        if case .crossSite = origin { return APIAnswer.crossSite.response }

        let address = context.throttleName
        let token: String
        do {
            token = try await Self.token(in: request, formAllowed: origin == .proven)
        } catch let refusal as SignInRefusal {
            return refusal.answer.response
        } catch {
            // The connection ended before the body did.
            return APIAnswer.badParameter(detail: "the body did not arrive").response
        }
        switch sessions.judge(token: token) {
        case .good(let signIn):
            throttle.succeeded(address: address)
            do throws(APIAnswer) {
                return try await start(signIn, request, context)
            } catch {
                return error.response
            }
        case .notAnAdmin(let detail):
            // A good token is let in whatever others at this address tried: nobody keeps an administrator out.
            if let wait = throttle.waitSeconds(address: address, nowSeconds: nowSeconds()) {
                return APIAnswer.tooManyAttempts(retryAfterSeconds: wait).response
            }
            throttle.failed(address: address, nowSeconds: nowSeconds())
            logger.notice("refused a sign-in to the console", metadata: ["client": "\(address)"])
            return APIAnswer.notAdmitted(detail: detail).response
        }
    }

    /// Begins a session, once the audit log has it: a session that left no trace must not be.
    private func start(
        _ signIn: AdminSessions.SignIn,
        _ request: Request,
        _ context: ConsoleContext
    ) async throws(APIAnswer) -> Response {
        let actor = signIn.administrator.actor(in: context)
        let event = AuditEvent.sessionStarted(tokenExpiresAtSeconds: signIn.tokenExpiresAtSeconds)
        try await disk.run { () throws(AccessError) in try access.record(event, by: actor) }
        await end(request, context)
        let session = sessions.start(signIn)
        logger.info(
            "signed in to the console",
            metadata: ["client": "\(context.throttleName)", "who": "\(actor.who)"]
        )
        var response = Self.signedIn(signIn.administrator, expiresAtSeconds: session.expiresAtSeconds).response
        response.headers[.setCookie] = SessionCookie.setting(
            id: session.id,
            maxAgeSeconds: max(session.expiresAtSeconds - nowSeconds(), 0),
            secure: context.isSecure
        )
        return response
    }

    private func signOut(_ request: Request, _ context: ConsoleContext) async -> Response {
        if case .crossSite = SameOrigin.verdict(on: request) { return APIAnswer.crossSite.response }
        await end(request, context)
        var response = Self.signedOut.response
        response.headers[.setCookie] = SessionCookie.clearing(secure: context.isSecure)
        return response
    }

    /// Ends the session of whoever asks, where there is one. It ends even where the audit log cannot be told: a full
    /// disk must keep nobody signed in.
    private func end(_ request: Request, _ context: ConsoleContext) async {
        guard let id = SessionCookie.id(in: request), let session = sessions.session(id) else { return }
        sessions.end(session: id)
        let actor = session.administrator.actor(in: context)
        // What went wrong is in the log already.
        try? await disk.run { () throws(AccessError) in try access.record(.sessionEnded, by: actor) }
    }

    private static let signedOut = APIAnswer.data(Array(#"{"signed_in":false}"#.utf8))

    private static func signedIn(_ administrator: Administrator, expiresAtSeconds: Int64) -> APIAnswer {
        let role = administrator.role.rawValue
        return .data(Array(#"{"signed_in":true,"expires_at":\#(expiresAtSeconds),"role":"\#(role)"}"#.utf8))
    }

    private struct SignInRefusal: Error {
        let answer: APIAnswer
    }

    private struct SignInBody: Decodable {
        let token: String
    }

    /// A form is a request that any site's page can make without asking, so it counts only from our own.
    private static func token(in request: Request, formAllowed: Bool) async throws -> String {
        let type = request.headers[.contentType]?.split(separator: ";").first?.lowercased()
        let body: [UInt8]
        do {
            body = Array(buffer: try await request.body.collect(upTo: bodyLimitBytes))
        } catch is NIOTooManyBytesError {
            throw SignInRefusal(answer: .tooLarge)
        }
        switch type?.trimmingCharacters(in: .whitespaces) {
        case "application/json":
            guard let parsed = try? JSONDecoder().decode(SignInBody.self, from: Data(body)) else {
                throw SignInRefusal(answer: .badParameter(detail: #"expected {"token":"…"}"#))
            }
            return parsed.token
        case "application/x-www-form-urlencoded" where formAllowed:
            let parameters = try? PercentEncoding.parameters(of: String(decoding: body, as: UTF8.self))
            guard let token = parameters?.first(where: { $0.name == "token" })?.value else {
                throw SignInRefusal(answer: .badParameter(detail: "token: missing"))
            }
            return token
        default:
            throw SignInRefusal(answer: .badParameter(detail: "Content-Type: expected application/json"))
        }
    }
}
