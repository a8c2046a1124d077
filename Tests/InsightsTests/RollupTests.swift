import EventStore
import Foundation
import Insights
import TestSupport
import Testing

extension OnTheEngine {
    /// Against ``Reference``; and ``Dataset/ask(_:with:now:language:)`` goes both ways, by the events and by what the
    /// store keeps of every half hour.
    @Suite("What the store keeps beside the events says the same as the events", .enabled(if: Engine.isEmbedded))
    struct RollupTests {
        private static let start: Int64 = 1_709_251_200 - 2 * 86_400

        /// Two months, many sessions over midnight.
        private static func stream() -> [StoredEvent] {
            let seed = UInt64.random(in: 0...UInt64.max)
            print("seed \(seed)")
            var generator = SeededRandom(seed: seed)
            let anchors = stride(from: start, to: start + 4 * 86_400, by: 21_600).map { $0 }
            return RandomStream.events(count: 900, users: 12, anchors: anchors, using: &generator)
        }

        private func expectOverview(
            _ dataset: Dataset,
            of events: [StoredEvent],
            _ range: Range<Int64>
        ) async throws {
            let length = range.upperBound - range.lowerBound
            let current = Reference(events, range) { _ in true }
            let previous = Reference(events, range.lowerBound - length..<range.lowerBound) { _ in true }
            let answer = try await dataset.ask("overview", with: "from=\(range.lowerBound)&to=\(range.upperBound)")
            #expect(answer == .object(current.overview + [.init("previous", .object(previous.overview))]), "\(range)")
        }

        @Test("a period that begins and ends anywhere: on half hours, between them, within one")
        func anyPeriod() async throws {
            let events = Self.stream()
            let dataset = try await Dataset.load(events)
            let middle = Self.start + 2 * 86_400
            for (from, to) in [
                (middle, middle + 86_400), (middle - 1_800, middle + 1_800), (middle - 900, middle + 900),
                (middle + 1, middle + 7_200), (middle, middle + 5_399), (middle + 300, middle + 301),
                (middle, middle + 900),
            ] {
                try await expectOverview(dataset, of: events, from..<to)
                let trend = try await dataset.ask(
                    "trend",
                    with: "metric=pv,uv,events,sessions,bounce_rate,new_users&interval=hour&from=\(from)&to=\(to)"
                )
                #expect(trend.elements?.isEmpty == false)
            }
        }

        @Test("an erased user, a dropped month and events that come late are counted as the events say")
        func changes() async throws {
            let store = try await Engine.shared.store
            var events = Self.stream()
            let dataset = try await Dataset.load(events)
            let whole = Self.start - 86_400..<Self.start + 5 * 86_400
            try await expectOverview(dataset, of: events, whole)

            let late = [StoredEvent(time: Self.start + 100, uid: "late", arrival: (Self.start + 9_000_000) * 1_000_000)]
            try await store.insert(EventBatch(late), token: "late")
            events += late
            try await expectOverview(dataset, of: events, whole)

            let erased = try #require(events.first?.uid)
            try await store.execute(
                "ALTER TABLE \(Schema.events) DELETE WHERE uid = \(erased) SETTINGS mutations_sync = 1"
            )
            events.removeAll { $0.uid == erased }
            try await expectOverview(dataset, of: events, whole)

            // All users' first events of March move to what is left of them.
            try await store.execute("ALTER TABLE \(Schema.events) DROP PARTITION 202402")
            events.removeAll { $0.time < 1_709_251_200 }
            try await expectOverview(dataset, of: events, whole)

            try await store.execute("OPTIMIZE TABLE \(Schema.events) FINAL")
            try await expectOverview(dataset, of: events, whole)
        }

        @Test("how many events came late is the same, with every filter")
        func late() async throws {
            let events = Self.stream().enumerated().map { place, event in
                var event = event
                event.arrival = (event.time + (place % 4 == 0 ? 7_200 : 5)) * 1_000_000
                return event
            }
            let dataset = try await Dataset.load(events)
            let to = Self.start + 4 * 86_400
            for query in ["", "&channel=1", "&channel=absent&device_type=2", "&page_id=1", "&uid=u1"] {
                let parameters = parameters("from=\(Self.start)&to=\(to)\(query)")
                let answers = try await [dataset.insights, dataset.plain].map { insights in
                    try await insights.currentAnswer(
                        ["overview"],
                        parameters: parameters,
                        nowSeconds: 0,
                        language: .english
                    )
                }
                #expect(answers[0] == answers[1], "\(query)")
                if query.isEmpty {
                    let late = events.count { event in
                        (Self.start..<to).contains(event.time) && event.order.1 > (event.time + 3_600) * 1_000_000
                    }
                    #expect(answers[0].freshness.late == Int64(late))
                }
            }
        }
    }
}

extension Array {
    fileprivate func map<Other>(_ transform: (Element) async throws -> Other) async rethrows -> [Other] {
        var others: [Other] = []
        for element in self { others.append(try await transform(element)) }
        return others
    }
}
