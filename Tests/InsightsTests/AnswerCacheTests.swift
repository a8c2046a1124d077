import EventStore
import Foundation
import Insights
import Reports
import Synchronization
import Testing

extension OnTheEngine {
    @Suite("An answer is given again as long as it is true", .enabled(if: Engine.isEmbedded))
    struct AnswerCacheTests {
        private static let march: Int64 = 1_709_251_200

        /// The store's statements counted, and a plan that may change.
        private final class Asking: Sendable {
            let store: any EventStore
            let counted: StandInStore
            private let box = PlanBox()
            private let insights: Insights

            init(_ events: [StoredEvent]) async throws {
                _ = try await Dataset.load(events)
                store = try await Engine.shared.store
                counted = StandInStore(of: store, hasRollups: true)
                insights = Insights(store: counted, plan: { [box] in box.plan.withLock { $0 } })
            }

            func rename(_ channel: UInt32, _ name: String) {
                box.plan.withLock { $0.channels[channel] = .init(chinese: name, english: name) }
            }

            func ask(_ query: String = "", language: Language = .english, anew: Bool = false) async throws -> JSONValue
            {
                try await insights.answer(
                    ["breakdown"],
                    parameters: parameters("by=channel&from=\(march)&to=\(march + 86_400)\(query)"),
                    nowSeconds: 0,
                    language: language,
                    anew: anew
                )
            }

            func views(_ query: String = "", anew: Bool = false) async throws -> JSONValue? {
                try await ask(query, anew: anew)[0]?["pv"]
            }
        }

        private final class PlanBox: Sendable {
            let plan = Mutex(Dataset.plan)
        }

        private static func event(_ seconds: Int64, uid: String = "u1") -> StoredEvent {
            StoredEvent(time: march + seconds, uid: uid, arrival: (march + seconds) * 1_000_000 + seconds, channel: 1)
        }

        @Test("the same question is counted once, another one for itself")
        func again() async throws {
            let asking = try await Asking([Self.event(10), Self.event(20)])
            #expect(try await asking.views() == 2)
            let asked = asking.counted.questionsAsked
            #expect(try await asking.views() == 2)
            #expect(asking.counted.questionsAsked == asked)
            #expect(try await asking.views("&channel=1") == 2)
            #expect(asking.counted.questionsAsked == asked + 1)
            // Whoever says so has it counted anew.
            #expect(try await asking.views(anew: true) == 2)
            #expect(asking.counted.questionsAsked == asked + 2)
        }

        @Test("what is loaded, erased or dropped is seen by the next question")
        func changed() async throws {
            let asking = try await Asking([Self.event(10), Self.event(20, uid: "u2")])
            #expect(try await asking.views() == 2)
            try await asking.store.insert(EventBatch([Self.event(30)]), token: UUID().uuidString)
            #expect(try await asking.views() == 3)

            // The engine deletes in the background: from when it is done, and not from when it was told to.
            try await asking.store.execute("ALTER TABLE \(Schema.events) DELETE WHERE uid = 'u1'")
            for _ in 0..<1_000 {
                let left = try await asking.store.query("SELECT count() FROM \(Schema.events)", limits: QueryLimits())
                let answer = try await asking.views()
                if left.rows == [[.uint(1)]] {
                    #expect(try await asking.views() == 1)
                    break
                }
                #expect(answer == 3 || answer == 1)
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(try await asking.views() == 1)

            try await asking.store.execute("ALTER TABLE \(Schema.events) DROP PARTITION 202403")
            #expect(try await asking.ask() == [])
        }

        @Test("what happens after the period's month leaves its answers as they are")
        func later() async throws {
            let asking = try await Asking([Self.event(10)])
            #expect(try await asking.views() == 1)
            let asked = asking.counted.questionsAsked
            try await asking.store.insert(EventBatch([Self.event(40 * 86_400)]), token: UUID().uuidString)
            #expect(try await asking.views() == 1)
            #expect(asking.counted.questionsAsked == asked)
            // What happened before it may change who is new.
            try await asking.store.insert(EventBatch([Self.event(-40 * 86_400)]), token: UUID().uuidString)
            #expect(try await asking.views() == 1)
            #expect(asking.counted.questionsAsked == asked + 1)
        }

        @Test("a name that changes in the plan is read in the next answer, and each language has its own")
        func names() async throws {
            let asking = try await Asking([Self.event(10)])
            #expect(try await asking.ask()[0]?["name"] == "H5")
            asking.rename(1, "Web")
            #expect(try await asking.ask()[0]?["name"] == "Web")
            let chinese = try await asking.ask(language: .chinese)
            #expect(chinese[0]?["name"] == "Web")
        }
    }
}

@Suite("Answers that are kept take bounded memory")
struct AnswerCacheMemoryTests {
    private func key(_ number: Int) -> AnswerCache.Key {
        AnswerCache.Key(path: ["trend"], parameters: ["uid", "\(number)"], range: 0..<1, language: .english)
    }

    @Test("the oldest make room, and one that is too large is not kept")
    func bounded() {
        let cache = AnswerCache(limitBytes: 100_000)
        let answer = JSONValue.array(Array(repeating: 1, count: 100))
        for number in 0..<1_000 {
            cache.keep(answer, for: key(number), version: "1", plan: .contract)
            // Asked again and again, so it stays.
            #expect(cache.answer(key(0), version: "1", plan: .contract) == answer)
        }
        #expect(cache.sizeBytes <= 100_000)
        #expect(cache.answer(key(999), version: "1", plan: .contract) == answer)
        #expect(cache.answer(key(1), version: "1", plan: .contract) == nil)
        #expect(cache.answer(key(999), version: "2", plan: .contract) == nil)

        cache.keep(.array(Array(repeating: 1, count: 10_000)), for: key(5_000), version: "1", plan: .contract)
        #expect(cache.answer(key(5_000), version: "1", plan: .contract) == nil)
        #expect(cache.answer(key(0), version: "1", plan: .contract) == answer)
    }
}
