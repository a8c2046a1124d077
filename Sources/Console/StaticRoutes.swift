import Hummingbird

/// Serves ``StaticSite``.
struct StaticRoutes: Sendable {
    let site: StaticSite

    func add(to router: Router<ConsoleContext>) {
        for address in ["/", "/docs", "/openapi.json", "/assets/**", "/not-found.css"] {
            router.path(RouterPath(address), [(.get, { request, _ in try file(for: request) })])
        }
    }

    private func file(for request: Request) throws -> Response {
        guard let file = site.files[request.uri.path] else { throw HTTPError(.notFound) }
        return file.response(to: request)
    }
}
