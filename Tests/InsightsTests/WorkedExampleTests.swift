import EventStore
import Insights
import Reports
import TestSupport
import Testing

extension OnTheEngine {
    /// The definitions on days small enough to count by hand.
    @Suite("Worked examples")
    struct WorkedExampleTests {
        /// 2024-03-13 00:00 in Shanghai.
        private let midnight: Int64 = 1_710_259_200
        private let day = "from=2024-03-13&to=2024-03-13"

        @Test(
            "a gap of exactly 30 minutes continues a session, one second more begins another",
            arguments: [
                (gap: 1_800, sessions: 1, bounceRate: 0.0), (gap: 1_801, sessions: 2, bounceRate: 1.0),
            ] as [(Int64, Int64, Double)]
        )
        func gap(seconds: Int64, sessions: Int64, bounceRate: Double) async throws {
            let dataset = try await Dataset.load([StoredEvent(time: midnight), StoredEvent(time: midnight + seconds)])
            let answer = try await dataset.ask("overview", with: day)
            #expect(answer["sessions"] == .int(sessions))
            #expect(answer["bounce_rate"] == .double(bounceRate))
        }

        @Test("an event that is no page view keeps a session together, and is no page view")
        func actionBridges() async throws {
            let dataset = try await Dataset.load([
                StoredEvent(time: midnight, page: 1),
                StoredEvent(time: midnight + 1_500, operation: 12000, page: 2),
                StoredEvent(time: midnight + 3_000, operation: nil, page: 3),
                StoredEvent(time: midnight + 4_500, page: 4),
            ])
            let answer = try await dataset.ask("overview", with: day)
            #expect(answer["sessions"] == 1)
            #expect(answer["pv"] == 2)
            #expect(answer["events"] == 4)
            let pages = try await dataset.ask("pages", with: "order=page_id&\(day)")
            #expect(pages.elements?.map { $0["entries"] } == [1, 0, 0, 0])
            #expect(pages.elements?.map { $0["exits"] } == [0, 0, 0, 1])
        }

        @Test("of page views in the same second, the one that arrived first is the entry, then item order decides")
        func ties() async throws {
            let arrival = midnight * 1_000_000
            let dataset = try await Dataset.load([
                StoredEvent(time: midnight, arrival: arrival + 2, item: 0, page: 3),
                StoredEvent(time: midnight, arrival: arrival + 1, item: 1, page: 2),
                StoredEvent(time: midnight, arrival: arrival + 1, item: 0, page: 1),
            ])
            let pages = try await dataset.ask("pages", with: "order=page_id&\(day)")
            #expect(pages.elements?.map { $0["entries"] } == [1, 0, 0])
            #expect(pages.elements?.map { $0["exits"] } == [0, 0, 1])
        }

        @Test("absent is not zero: in averages, in ratios, in rows")
        func absent() async throws {
            let empty = try await Dataset.load([])
            let nothing = try await empty.ask("overview", with: day)
            #expect(nothing["pv"] == 0 && nothing["avg_duration"] == .null && nothing["bounce_rate"] == .null)
            #expect(try await empty.ask("pages", with: day) == [])
            #expect(try await empty.ask("durations", with: day)["p50"] == .null)

            let dataset = try await Dataset.load([
                StoredEvent(time: midnight, page: 0, channel: 0, duration: 0),
                StoredEvent(time: midnight + 1, duration: nil),
                StoredEvent(time: midnight + 2, page: 0, channel: 0, duration: 10),
            ])
            #expect(try await dataset.ask("overview", with: day)["avg_duration"] == .double(5))
            let channels = try await dataset.ask("breakdown", with: "by=channel&\(day)", language: .chinese)
            #expect(channels.elements?.map { $0["value"] } == [0, .null])
            #expect(channels.elements?.map { $0["name"] } == ["0", "(未上报)"])
            #expect(try await dataset.ask("pages", with: day).elements?.map { $0["page_id"] } == [0, .null])
            #expect(try await dataset.ask("overview", with: "channel=absent&\(day)")["pv"] == 1)
            #expect(try await dataset.ask("overview", with: "channel=0&\(day)")["pv"] == 2)
        }

        @Test("a user is new once, where the very first event is, whatever the filters")
        func newUsers() async throws {
            let dataset = try await Dataset.load([
                StoredEvent(time: midnight - 400 * 86_400, uid: "old"),
                StoredEvent(time: midnight, uid: "old", channel: 1),
                StoredEvent(time: midnight, uid: "new", channel: 2),
                StoredEvent(time: midnight + 60, uid: "new", channel: 1),
            ])
            #expect(try await dataset.ask("overview", with: day)["new_users"] == 1)
            #expect(try await dataset.ask("overview", with: "channel=2&\(day)")["new_users"] == 1)
            #expect(try await dataset.ask("overview", with: "channel=1&\(day)")["new_users"] == 0)
        }

        @Test(
            "dates include the last day, Unix seconds exclude the last second, and both can be mixed",
            arguments: [
                ("from=2024-03-13&to=2024-03-13", 3), ("from=1710259200&to=1710345599", 2),
                ("from=1710259200&to=1710345600", 3), ("from=1710259201&to=2024-03-13", 2),
                ("from=2024-03-13&to=1710259201", 1), ("from=2024-03-12&to=2024-03-12", 1),
                ("from=2024-03-13&to=2024-03-13&tz=UTC", 2), ("from=0&to=4294967296", 5),
            ]
        )
        func edges(period: String, events: Int64) async throws {
            let times = [midnight - 1, midnight, midnight + 28_799, midnight + 86_399, midnight + 86_400]
            let dataset = try await Dataset.load(times.map { StoredEvent(time: $0) })
            #expect(try await dataset.ask("overview", with: period)["events"] == .int(events))
        }

        @Test("without from and to the last seven days are asked, and the seven before them are the previous period")
        func standardPeriod() async throws {
            let now = midnight + 3_600
            let dataset = try await Dataset.load(
                (-14...1).map { StoredEvent(time: midnight + Int64($0) * 86_400) }
            )
            let answer = try await dataset.ask("overview", now: now)
            #expect(answer["events"] == 7)
            #expect(answer["previous"]?["events"] == 7)
            #expect(
                try await dataset.ask("trend", now: now).elements?.map { $0["time"] } == [
                    "2024-03-07", "2024-03-08", "2024-03-09", "2024-03-10", "2024-03-11", "2024-03-12", "2024-03-13",
                ]
            )
        }

        @Test("the largest duration there is does not overflow, and is told digit for digit")
        func largestDuration() async throws {
            let dataset = try await Dataset.load([
                StoredEvent(time: midnight, duration: .max), StoredEvent(time: midnight + 1, duration: .max),
            ])
            #expect(try await dataset.ask("overview", with: day)["avg_duration"] == .double(Double(UInt64.max)))
            #expect(try await dataset.ask("durations", with: day)["p50"] == .uint(.max))
        }

        @Test("a plan without page views counts none")
        func noPageViews() async throws {
            let dataset = try await Dataset.load([StoredEvent(time: midnight)])
            var plan = Dataset.plan
            plan.operations = [:]
            let store = try await Engine.shared.store
            let insights = Insights(store: store, plan: { [plan] in plan })
            let answer = try await insights.answer(
                ["overview"],
                parameters: parameters(day),
                nowSeconds: midnight,
                language: .english
            )
            #expect(answer["pv"] == 0 && answer["uv"] == 0 && answer["events"] == 1 && answer["sessions"] == 1)
            _ = dataset
        }

        @Test("a funnel's chain starts again from a later first step, as windowFunnel's does")
        func funnelRestarts() async throws {
            func view(_ second: Int64, _ page: UInt32, _ uid: String) -> StoredEvent {
                StoredEvent(time: midnight + second, uid: uid, page: page)
            }
            let events = [
                view(0, 1, "a"), view(10, 2, "a"), view(100, 1, "a"), view(105, 2, "a"), view(120, 3, "a"),
                view(0, 1, "b"), view(50, 2, "b"),
                view(5, 2, "c"), view(9, 3, "c"),
            ]
            let rows = try await Dataset.load(events).ask("funnel", with: "steps=page:1,page:2,page:3&window=30&\(day)")
            let expected: JSONValue = [
                [
                    "step": "page:1", "name": "Home", "users": 2, "conversion": 1.0, "step_conversion": 1.0,
                    "median_seconds": nil,
                ],
                [
                    "step": "page:2", "name": "Product", "users": 1, "conversion": 0.5, "step_conversion": 0.5,
                    "median_seconds": 10,
                ],
                [
                    "step": "page:3", "name": "3", "users": 1, "conversion": 0.5, "step_conversion": 1.0,
                    "median_seconds": 20,
                ],
            ]
            #expect(rows == expected)
        }

        // That function of ClickHouse 18.16 finds other levels; ours are the same there, see ``DefinitionTests``.
        @Test("a funnel's levels are the engine's windowFunnel", .enabled(if: Engine.isEmbedded))
        func funnelLevels() async throws {
            var generator = SeededRandom(seed: 42)
            let events = RandomStream.events(count: 3_000, users: 200, anchors: [midnight + 40_000], using: &generator)
            let dataset = try await Dataset.load(events)
            let period = "from=\(midnight - 86_400)&to=\(midnight + 10 * 86_400)"
            for window in [1, 600, 1_800, 90_000] {
                let rows = try await dataset.ask(
                    "funnel",
                    with: "steps=pos:1,operate:10000,pos:2&window=\(window)&\(period)"
                )
                let levels = try await Engine.shared.store.query(
                    """
                    SELECT countIf(level >= 1), countIf(level >= 2), countIf(level >= 3) FROM (SELECT uid, \
                    windowFunnel(\(window))(event_time, ifNull(pos_id = 1, 0), ifNull(operate_id = 10000, 0), \
                    ifNull(pos_id = 2, 0)) AS level FROM events WHERE event_time >= \(midnight - 86_400) \
                    AND event_time < \(midnight + 10 * 86_400) GROUP BY uid)
                    """,
                    limits: QueryLimits()
                )
                let users = rows.elements?.compactMap { $0["users"]?.number }
                let counted = levels.rows.first?.map { value -> Double in
                    if case .uint(let count) = value { Double(count) } else { -1 }
                }
                #expect(users == counted, "window \(window)")
                #expect(users?.contains(0) == false)
            }
        }
    }
}
