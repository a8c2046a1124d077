package import HTTPTypes
package import Hummingbird

extension Router where Context == ConsoleContext {
    /// One path with every method it knows; any other method is answered 405 with `Allow`, where a router alone would
    /// say that the path does not exist.
    package func path(
        _ path: RouterPath,
        _ handlers: [(
            method: HTTPRequest.Method, handler: @Sendable (Request, ConsoleContext) async throws -> Response
        )]
    ) {
        var handlers = handlers
        if let get = handlers.first(where: { $0.method == .get })?.handler {
            handlers.append((.head, { try await get($0, $1).createHeadResponse() }))
        }
        let allowed = handlers.map(\.method)
        for (method, handler) in handlers {
            on(path, method: method, use: handler)
        }
        for method in HTTPRequest.Method.ofHTTP where !allowed.contains(method) {
            on(path, method: method) { _, _ in APIAnswer.wrongMethod(allowed: allowed).response }
        }
    }
}

extension HTTPRequest.Method {
    /// The methods of RFC 9110 and 5789 that reach a handler here, and QUERY.
    fileprivate static let ofHTTP: [HTTPRequest.Method] =
        [.get, .head, .post, .put, .delete, .patch, .options, .trace]
        + [HTTPRequest.Method("QUERY")].compactMap { $0 }
}
