import Collector
import Console
import Hummingbird
import Journal
import Loader
import Synchronization

/// What machines ask: is it alive, can it store, what did it count.
struct OperationsRoutes: Sendable {
    let health: Health

    func add(to router: Router<ConsoleContext>) {
        router.path("/healthz", [(.get, { _, _ in Self.json(.ok, #"{"status":"alive"}"#) })])
        router.path("/readyz", [(.get, { _, _ in ready })])
        router.path("/metrics", [(.get, { _, _ in metrics })])
    }

    private var ready: Response {
        let report = health.report()
        return Self.json(report.isReady ? .ok : .serviceUnavailable, report.json)
    }

    private var metrics: Response {
        Response(
            status: .ok,
            headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: MetricsText.render(health)))
        )
    }

    private static func json(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }
}
