import EventStore
import Insights
import TestSupport
import Testing

extension OnTheEngine {
    @Suite("Events one by one: a trace, a user")
    struct EventListTests {
        private let start: Int64 = 1_710_259_200

        @Test("an event is told field by field, and what was not reported is null")
        func fields() async throws {
            let full = StoredEvent(
                time: start,
                uid: "u",
                arrival: start * 1_000_000 + 7,
                item: 3,
                operation: 10000,
                page: 4_294_967_295,
                position: 2,
                previous: 0,
                channel: 1,
                device: 2,
                business: 1,
                duration: 9,
                trace: "t",
                openid: "o",
                app: "a",
                isTimeGiven: true
            )
            let bare = StoredEvent(
                time: start + 1,
                uid: "u",
                operation: nil,
                trace: "t",
                openid: "o",
                app: "a",
                isTimeGiven: false
            )
            let events = try await Dataset.load([full, bare]).ask("trace", "t")
            let expected: JSONValue = [
                "event_time": 1_710_259_200, "uid": "u", "openid": "o", "device_type": 2, "business_type": 1,
                "channel": 1, "operate_id": 10000, "page_id": 4_294_967_295, "pos_id": 2, "prev_id": 0, "trace_id": "t",
                "duration": .uint(9), "app": "a", "event_time_given": true, "arrival": 1_710_259_200_000_007,
                "item_index": 3,
            ]
            #expect(events[0] == expected)
            #expect(
                events[1] == [
                    "event_time": 1_710_259_201, "uid": "u", "openid": "o", "device_type": nil, "business_type": nil,
                    "channel": nil, "operate_id": nil, "page_id": nil, "pos_id": nil, "prev_id": nil, "trace_id": "t",
                    "duration": nil, "app": "a", "event_time_given": false, "arrival": 1_710_259_201_000_000,
                    "item_index": 0,
                ]
            )
        }

        @Test(
            "pages of a user's events hold each event once, newest first, with many in the same second",
            arguments: [1, 7, 100]
        )
        func paging(limit: Int) async throws {
            var generator = SeededRandom(seed: 7)
            let events = RandomStream.events(count: 150, users: 2, anchors: [start], using: &generator)
            let dataset = try await Dataset.load(events)
            var orders: [[Int64]] = []
            var cursor: String?
            repeat {
                let before = cursor.map { "&before=\($0)" } ?? ""
                let page = try await dataset.ask("users", "user 1", with: "limit=\(limit)\(before)")
                for event in page["events"]?.elements ?? [] {
                    orders.append(["event_time", "arrival", "item_index"].map { Int64(event[$0]?.number ?? -1) })
                }
                cursor = page["next"]?.text
            } while cursor != nil
            let expected = events.filter { $0.uid == "user 1" }.map { [$0.order.0, $0.order.1, $0.order.2] }
                .sorted { $1.lexicographicallyPrecedes($0) }
            #expect(orders == expected)
        }

        @Test("a trace is in order, and can be narrowed to a period")
        func trace() async throws {
            var generator = SeededRandom(seed: 8)
            let events = RandomStream.events(count: 200, users: 5, anchors: [start], using: &generator)
            let dataset = try await Dataset.load(events)
            let expected = events.filter { $0.trace == "t1" }.sorted { $0.order < $1.order }
            let all = try await dataset.ask("trace", "t1").elements
            #expect(all?.map { $0["arrival"] } == expected.map { .int($0.order.1) })
            let some = try await dataset.ask("trace", "t1", with: "from=\(start)&to=\(start + 600)").elements
            #expect(some?.count == expected.filter { (start..<start + 600).contains($0.time) }.count)
            #expect(try await dataset.ask("trace", "no such trace") == [])
        }

        @Test("a trace of more than 10,000 events is an error that says so, never a part of it")
        func longTrace() async throws {
            let events = (0...10_000).map { StoredEvent(time: start + Int64($0), trace: "long") }
            let dataset = try await Dataset.load(events)
            await #expect(throws: QuestionError.store(.overLimit("the trace has more than 10000 events"))) {
                try await dataset.ask("trace", "long")
            }
            let narrowed = try await dataset.ask("trace", "long", with: "from=\(start)&to=\(start + 10_000)")
            #expect(narrowed.elements?.count == 10_000)
        }
    }

    /// Values as an attacker, or an odd client, sends them.
    @Suite("Whatever an id holds, it is a value and never SQL")
    struct InjectionTests {
        static let values = [
            "' OR 1=1 --", "' OR '1'='1", "\\' OR 1=1 --", "\\", "\\\\'", "'; DROP TABLE events; --", "x\0y", "\0",
            "\n\r\t",
            "%", "_", "用户一", "👨‍👩‍👧", "a\u{2028}b", "{uid:String}", "$$x$$", "`uid`", "\"uid\"", "/* */", "?1",
            "\u{1B}[31m",
            "0) OR (1=1", "\u{FEFF}", "e\u{301}",
        ]

        @Test("a uid finds its own events and no others", arguments: values)
        func uid(_ value: String) async throws {
            let dataset = try await Dataset.load(Self.everyone)
            let events = try await dataset.ask("users", value)["events"]?.elements
            #expect(events?.map { $0["uid"] } == [.string(value)])
            let answer = try await dataset.insights.answer(
                ["overview"],
                parameters: parameters("from=2024-03-13&to=2024-03-13") + [("uid", value)],
                nowSeconds: 1_710_259_200,
                language: .english
            )
            #expect(answer["events"] == 1 && answer["new_users"] == 1)
        }

        @Test("a trace id finds its own events and no others", arguments: values)
        func trace(_ value: String) async throws {
            let dataset = try await Dataset.load(Self.everyone)
            #expect(try await dataset.ask("trace", value).elements?.map { $0["trace_id"] } == [.string(value)])
        }

        private static let everyone = (values + ["bystander"]).enumerated().map { index, value in
            StoredEvent(time: 1_710_259_200 + Int64(index), uid: value, trace: value)
        }
    }
}
