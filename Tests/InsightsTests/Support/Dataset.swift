import EventStore
import Foundation
import Insights
import Reports
import Testing

/// Events in the real engine, and the questions asked of them.
///
/// One engine serves the whole process (it allows no second one), and new users depend on everything stored: so the
/// tests that use it run one after the other, under ``OnTheEngine``, each on a table of its own events.
struct Dataset {
    let insights: Insights
    /// The same, without what the store keeps beside the events.
    let plain: Insights

    /// The contract's plan with an operation that is no page view, and a few names.
    static let plan: TrackingPlan = {
        var plan = TrackingPlan.contract
        plan.operations[12000] = .init(name: .init(chinese: "点击", english: "Click"), kind: .action)
        plan.pages = [1: .init(chinese: "首页", english: "Home"), 2: .init(chinese: "商品", english: "Product")]
        return plan
    }()

    static func load(_ events: [StoredEvent]) async throws -> Dataset {
        let store = try await Engine.shared.store
        try await store.execute("TRUNCATE TABLE \(Schema.events)")
        // In parts that have users and half hours in common.
        for part in 0..<3 {
            let events = events.enumerated().filter { $0.offset % 3 == part }.map(\.element)
            if !events.isEmpty { try await store.insert(EventBatch(events), token: UUID().uuidString) }
        }
        return Dataset(
            insights: Insights(store: store, plan: { plan }),
            plain: Insights(store: StandInStore(of: store, hasRollups: false), plan: { plan })
        )
    }

    /// Asks with a query string as one would type it (`by=channel&tz=UTC`), not percent-encoded. Both ways to the answer
    /// must lead to the same one.
    func ask(
        _ path: String...,
        with query: String = "",
        now: Int64 = 1_710_000_000,
        language: Language = .english
    ) async throws -> JSONValue {
        let answer = try await insights.answer(path, parameters: parameters(query), nowSeconds: now, language: language)
        let counted = try await plain.answer(path, parameters: parameters(query), nowSeconds: now, language: language)
        #expect(answer == counted, "\(path) \(query)")
        return answer
    }
}

/// `a=1&b=2` taken apart at `&` and the first `=`.
func parameters(_ query: String) -> [(name: String, value: String)] {
    query.split(separator: "&").map { pair in
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    }
}

/// All tests that ask the engine, one after the other.
@Suite(.serialized, .engine)
enum OnTheEngine {}
