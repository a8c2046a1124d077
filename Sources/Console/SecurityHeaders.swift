import HTTPTypes
import Hummingbird

/// What every response tells browsers not to do.
///
/// Where a request came over TLS, browsers are told to come by TLS only, for a year.
///
/// Nothing runs or loads but this server's own files: no inline script or style, no outside host, no framing. ECharts
/// sets styles through the CSSOM, which the policy allows.
struct SecurityHeaders: RouterMiddleware {
    typealias Context = ConsoleContext

    static let contentSecurityPolicy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
        "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'",
    ].joined(separator: "; ")

    private static let fixed: [(HTTPField.Name?, String)] = [
        (HTTPField.Name("Content-Security-Policy"), contentSecurityPolicy),
        (HTTPField.Name("X-Content-Type-Options"), "nosniff"),
        (HTTPField.Name("X-Frame-Options"), "DENY"),
        (HTTPField.Name("Referrer-Policy"), "no-referrer"),
        (HTTPField.Name("Cross-Origin-Opener-Policy"), "same-origin"),
        (HTTPField.Name("Cross-Origin-Resource-Policy"), "same-origin"),
        (HTTPField.Name("Permissions-Policy"), "camera=(), geolocation=(), microphone=()"),
    ]

    private static let onlyByTLS = (HTTPField.Name("Strict-Transport-Security"), "max-age=31536000")

    @concurrent func handle(
        _ request: Request,
        context: ConsoleContext,
        next: @concurrent (Request, ConsoleContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        for case (let name?, let value) in Self.fixed + (context.isSecure ? [Self.onlyByTLS] : []) {
            response.headers[name] = value
        }
        return response
    }
}
