import Access
import EventStore
import HTTPTypes
import Hummingbird
import Insights

/// `POST /api/v1/sql`: one read-only statement in the body, for viewers; what `footprint sql` asks of a server that runs.
/// By session only from this site's own pages: another site's must not even make the engine work.
struct SQLRoute: Sendable {
    let insights: Insights
    let gate: AdminGate

    private static let bodyLimitBytes = 1 << 20

    func add(to router: Router<ConsoleContext>) {
        router.path("/api/v1/sql", [(.post, { request, context in await answer(request, context) })])
    }

    private func answer(_ request: Request, _ context: ConsoleContext) async -> Response {
        do throws(APIAnswer) {
            _ = try gate.admit(request, context, to: .viewer, ownPagesOnly: true)
        } catch {
            return error.response
        }
        let body: [UInt8]
        do {
            body = Array(buffer: try await request.body.collect(upTo: Self.bodyLimitBytes))
        } catch {
            return APIAnswer.tooLarge.response
        }
        guard let sql = String(validating: body, as: UTF8.self) else {
            return APIAnswer.badParameter(detail: "the body: expected a statement in UTF-8").response
        }
        do throws(StoreError) {
            return APIAnswer.data(try await insights.answer(sql: sql).encoded()).response
        } catch {
            switch error {
            // Here the statement is the caller's own, and so is the reason.
            case .refused(let message, _): return APIAnswer.badParameter(detail: message).response
            case .overLimit: return APIAnswer.overLimit(detail: "\(error)").response
            case .unavailable, .misconfigured: return APIAnswer.unavailable(detail: "\(error)").response
            }
        }
    }
}
