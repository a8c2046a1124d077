import HTTPTypes
import Hummingbird
import NIOCore

/// Turns what no route answered into something the asker can read: JSON for programs, a page for people.
struct ErrorAnswers: RouterMiddleware {
    typealias Context = ConsoleContext

    @concurrent func handle(
        _ request: Request,
        context: ConsoleContext,
        next: @concurrent (Request, ConsoleContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as any HTTPResponseError where error.status == .notFound {
            return Self.isForPrograms(request) ? APIAnswer.unknown.response : NotFoundPage.response
        } catch let error as any HTTPResponseError {
            // Made here, so that what is around this still sees the answer: every page has the security headers.
            return try error.response(from: request, context: context)
        }
    }

    /// The API's and the report's paths answer programs whatever they accept; elsewhere a browser asks for HTML.
    private static func isForPrograms(_ request: Request) -> Bool {
        let path = request.uri.path
        return path.hasPrefix("/api/") || path.hasPrefix("/upbot/") || path.hasPrefix("/console/")
            || !(request.headers[.accept] ?? "").contains("text/html")
    }
}

/// What a person sees at an address that leads nowhere. In both languages: it needs neither a session nor a script.
enum NotFoundPage {
    static var response: Response {
        Response(
            status: .notFound,
            headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: html))
        )
    }

    private static let html = """
        <!doctype html>
        <html lang="zh-CN">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>404 · Footprint</title>
        <link rel="stylesheet" href="/not-found.css">
        <main>
        <p class="code">404</p>
        <h1>这里没有页面</h1>
        <p>地址可能有误，或页面已移走。</p>
        <p lang="en">There is no page at this address. It may be mistyped, or the page has moved.</p>
        <p><a href="/">返回控制台 · <span lang="en">Back to the console</span></a></p>
        </main>
        </html>
        """
}
