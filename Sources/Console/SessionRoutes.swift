import Access
import Foundation
import HTTPTypes
import Hummingbird
import Insights
import Logging
import NIOCore

/// `/console/session`: sign in (POST), sign out (DELETE), am I signed in (GET).
struct SessionRoutes: Sendable {
    let sessions: AdminSessions
    let throttle: SignInThrottle
    let secureCookies: Bool
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
                (.delete, { request, _ in signOut(request) }),
            ]
        )
    }

    private func state(_ request: Request) -> Response {
        guard let id = SessionCookie.id(in: request), let expiry = sessions.expiry(ofSession: id) else {
            return APIAnswer.data(Array(#"{"signed_in":false}"#.utf8)).response
        }
        return Self.signedIn(expiresAtSeconds: expiry).response
    }

    private func signIn(_ request: Request, _ context: ConsoleContext) async -> Response {
        let origin = SameOrigin.verdict(on: request)
        if case .crossSite = origin { return APIAnswer.crossSite.response }

        let address = context.clientAddress ?? "local"
        if let wait = throttle.waitSeconds(address: address, nowSeconds: nowSeconds()) {
            return APIAnswer.tooManyAttempts(retryAfterSeconds: wait).response
        }
        let token: String
        do {
            token = try await Self.token(in: request, formAllowed: origin == .proven)
        } catch let refusal as SignInRefusal {
            return refusal.answer.response
        } catch {
            // The connection ended before the body did.
            return APIAnswer.badParameter(detail: "the body did not arrive").response
        }
        switch sessions.signIn(token: token) {
        case .started(let session):
            throttle.succeeded(address: address)
            if let old = SessionCookie.id(in: request) { sessions.end(session: old) }
            logger.info("signed in to the console", metadata: ["client": "\(address)"])
            var response = Self.signedIn(expiresAtSeconds: session.expiresAtSeconds).response
            response.headers[.setCookie] = SessionCookie.setting(
                id: session.id,
                maxAgeSeconds: max(session.expiresAtSeconds - nowSeconds(), 0),
                secure: secureCookies
            )
            return response
        case .notAnAdmin(let detail):
            throttle.failed(address: address, nowSeconds: nowSeconds())
            logger.notice("refused a sign-in to the console", metadata: ["client": "\(address)"])
            return APIAnswer.notAdmitted(detail: detail).response
        }
    }

    private func signOut(_ request: Request) -> Response {
        if case .crossSite = SameOrigin.verdict(on: request) { return APIAnswer.crossSite.response }
        if let id = SessionCookie.id(in: request) { sessions.end(session: id) }
        var response = APIAnswer.data(Array(#"{"signed_in":false}"#.utf8)).response
        response.headers[.setCookie] = SessionCookie.clearing(secure: secureCookies)
        return response
    }

    private static func signedIn(expiresAtSeconds: Int64) -> APIAnswer {
        .data(Array(#"{"signed_in":true,"expires_at":\#(expiresAtSeconds)}"#.utf8))
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
