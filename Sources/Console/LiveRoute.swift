import Access
import HTTPTypes
import Hummingbird
import Insights
package import Live
import NIOCore

/// What the live view shows, and the figures beside it.
package struct LiveSource: Sendable {
    let feed: LiveFeed
    let totals: @Sendable () -> LiveTotals

    package init(feed: LiveFeed, totals: @escaping @Sendable () -> LiveTotals) {
        self.feed = feed
        self.totals = totals
    }
}

/// `GET /api/v1/live`: reports as they come, as Server-Sent Events (the `text/event-stream` of HTML), for viewers.
///
///     event: accepted   a report that was stored         id: its arrival, which Last-Event-ID brings back
///     event: rejected   one that was refused             likewise
///     event: counters   once a second
///     event: gap        some in between are not kept any more
///     event: end        the last one, and why
struct LiveRoute: Sendable {
    let source: LiveSource
    let gate: AdminGate
    let nowSeconds: @Sendable () -> Int64

    static let parameterNames = ["app", "uid", "trace_id", "kind"]

    func add(to router: Router<ConsoleContext>) {
        router.path("/api/v1/live", [(.get, { request, context in answer(request, context) })])
    }

    private func answer(_ request: Request, _ context: ConsoleContext) -> Response {
        let filter: LiveFilter
        let last: UInt64?
        do throws(APIAnswer) {
            _ = try gate.admit(request, context, to: .viewer, ownPagesOnly: false)
            filter = try Self.filter(request)
            last = try Self.lastEventID(request)
        } catch {
            return error.response
        }
        guard let seat = source.feed.takeSeat() else {
            let reason =
                source.feed.isEnded
                ? "the server is stopping" : "\(LiveFeed.listenersAtMost) look on already, as many as may"
            return APIAnswer.unavailable(detail: reason).response
        }
        let session = LiveSession(
            source: source,
            listener: source.feed.listen(filter, after: last),
            isStillAdmitted: { gate.stillAdmits(request, context) },
            nowSeconds: nowSeconds
        )
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream; charset=utf-8",
                .cacheControl: "no-store",
                // nginx gathers answers before it passes them on, where it is not told otherwise.
                .accelBuffering: "no",
            ],
            body: ResponseBody { writer in
                try await session.run(&writer)
                try await writer.finish(nil)
                withExtendedLifetime(seat) {}
            }
        )
    }

    private static func filter(_ request: Request) throws(APIAnswer) -> LiveFilter {
        var given: [String: String] = [:]
        do throws(PercentEncoding.Malformed) {
            for (name, value) in try PercentEncoding.parameters(of: request.uri.query ?? "") {
                guard parameterNames.contains(name) else {
                    let known = parameterNames.joined(separator: ", ")
                    throw PercentEncoding.Malformed(
                        detail: "\(QuestionError.quoted(name)): unknown parameter; live knows \(known)"
                    )
                }
                guard given.updateValue(value, forKey: name) == nil else {
                    throw PercentEncoding.Malformed(detail: "\(name): expected once, found it again")
                }
                guard !value.isEmpty else { throw PercentEncoding.Malformed(detail: "\(name): expected a value") }
            }
        } catch {
            throw .badParameter(detail: error.detail)
        }
        var filter = LiveFilter(app: given["app"], uid: given["uid"], traceID: given["trace_id"])
        if let kind = given["kind"] {
            guard let known = LiveFilter.Kind(rawValue: kind) else {
                throw .badParameter(detail: "kind: expected accepted or rejected, found \(QuestionError.quoted(kind))")
            }
            filter.kind = known
        }
        return filter
    }

    /// What a browser sends by itself when it connects again.
    private static func lastEventID(_ request: Request) throws(APIAnswer) -> UInt64? {
        guard let text = request.headers[.lastEventID], !text.isEmpty else { return nil }
        guard let id = UInt64(text) else {
            throw .badParameter(detail: "Last-Event-ID: expected the id of an event of this stream")
        }
        return id
    }
}

extension HTTPField.Name {
    fileprivate static var accelBuffering: HTTPField.Name { known("X-Accel-Buffering") }
    fileprivate static var lastEventID: HTTPField.Name { known("Last-Event-ID") }

    private static func known(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is a field's name") }
        return name
    }
}
