import Foundation
import Insights
import TestSupport
import Testing

extension OnTheEngine {
    /// Every figure against ``Reference``, over random streams around changes of the clock.
    @Suite("Every figure is what the interface defines")
    struct DefinitionTests {
        /// A period of whole days in a zone, and the filters asked with it.
        struct Case: Sendable, CustomTestStringConvertible {
            var zone: String
            /// First and last day.
            var from: String
            var to: String
            var days: Int
            var query = ""
            var filter: @Sendable (StoredEvent) -> Bool = { _ in true }

            var testDescription: String { "\(from) to \(to) in \(zone) \(query)" }

            var clock: CalendarClock { CalendarClock(zone) }
            var range: Range<Int64> { clock.start(of: from)..<clock.start(of: to, addingDays: 1) }
            var previous: Range<Int64> { clock.start(of: from, addingDays: -days)..<range.lowerBound }

            var scope: String { "from=\(from)&to=\(to)&tz=\(zone)" + (query.isEmpty ? "" : "&" + query) }
        }

        static let cases: [Case] = [
            Case(zone: "Asia/Shanghai", from: "2024-03-08", to: "2024-03-11", days: 4),
            // The clock goes forward on 10 March at 02:00.
            Case(zone: "America/New_York", from: "2024-03-09", to: "2024-03-11", days: 3),
            // … and back on 3 November.
            Case(
                zone: "America/New_York",
                from: "2024-11-02",
                to: "2024-11-04",
                days: 3,
                query: "channel=1&channel=absent"
            ) {
                $0.channel == 1 || $0.channel == nil
            },
            Case(
                zone: "Europe/Berlin",
                from: "2024-03-30",
                to: "2024-03-31",
                days: 2,
                query: "page_id=1&page_id=2&device_type=2"
            ) {
                [1, 2].contains($0.page) && $0.device == 2
            },
            Case(
                zone: "Asia/Kathmandu",
                from: "2024-02-27",
                to: "2024-03-01",
                days: 4,
                query: "operate_id=absent&business_type=1"
            ) {
                $0.operation == nil && $0.business == 1
            },
            // Half an hour back on 7 April, half an hour forward on 6 October.
            Case(
                zone: "Australia/Lord_Howe",
                from: "2024-04-06",
                to: "2024-04-08",
                days: 3,
                query: "uid=user 1&uid=user 2&uid=user 3"
            ) {
                ["user 1", "user 2", "user 3"].contains($0.uid)
            },
            Case(zone: "Australia/Lord_Howe", from: "2024-10-05", to: "2024-10-07", days: 3),
            // Midnight of 8 September does not exist.
            Case(zone: "America/Santiago", from: "2024-09-07", to: "2024-09-09", days: 3, query: "pos_id=1") {
                $0.position == 1
            },
        ]

        /// Events around the period's days and the edges of the period before.
        func stream(_ testCase: Case) -> [StoredEvent] {
            let seed =
                ProcessInfo.processInfo.environment["FOOTPRINT_SEED"].flatMap { UInt64($0) }
                ?? .random(in: 0...UInt64.max)
            print("FOOTPRINT_SEED=\(seed) for \(testCase.testDescription)")
            var generator = SeededRandom(seed: seed)
            let range = testCase.range
            let anchors =
                [testCase.previous.lowerBound, range.lowerBound, range.upperBound]
                + stride(from: range.lowerBound, to: range.upperBound, by: 10_800)
            return RandomStream.events(count: 600, users: 14, anchors: anchors, using: &generator)
        }

        @Test("overview, with the period before", arguments: cases)
        func overview(_ testCase: Case) async throws {
            let events = stream(testCase)
            let answer = try await Dataset.load(events).ask("overview", with: testCase.scope)
            let current = Reference(events, testCase.range, filter: testCase.filter)
            let previous = Reference(events, testCase.previous, filter: testCase.filter)
            #expect(answer == .object(current.overview + [.init("previous", .object(previous.overview))]))
        }

        @Test("trend of every metric by every interval", arguments: cases)
        func trend(_ testCase: Case) async throws {
            let events = stream(testCase)
            let dataset = try await Dataset.load(events)
            let reference = Reference(events, testCase.range, filter: testCase.filter)
            for interval in ["minute", "hour", "day", "week", "month"] {
                let answer = try await dataset.ask(
                    "trend",
                    with:
                        "metric=pv,uv,avg_duration,events,sessions,bounce_rate,new_users&interval=\(interval)&\(testCase.scope)"
                )
                let expected = reference.trend { testCase.clock.point(interval, $0) }
                let points = try #require(answer.elements)
                let busy = points.filter { $0["events"] != .int(0) }
                #expect(busy.count == expected.count, "\(interval)")
                for (point, members) in zip(busy, expected) {
                    #expect(point == .object([.init("time", point["time"] ?? .null)] + members), "\(interval)")
                }
                let quiet: JSONValue = [
                    "pv": 0, "uv": 0, "avg_duration": nil, "events": 0, "sessions": 0, "bounce_rate": nil,
                    "new_users": 0,
                ]
                for point in points where point["events"] == .int(0) {
                    #expect(point == .object([.init("time", point["time"] ?? .null)] + (quiet.members ?? [])))
                }
                #expect(Set(points.compactMap { $0["time"]?.text }).count == points.count, "\(interval): a time twice")
            }
        }

        @Test("pages and positions with entries and exits, in every order", arguments: cases)
        func places(_ testCase: Case) async throws {
            let events = stream(testCase)
            let dataset = try await Dataset.load(events)
            let reference = Reference(events, testCase.range, filter: testCase.filter)
            let orders = ["pv", "uv", "avg_duration", "entries", "exits", "page_id"]
            for order in testCase.query.isEmpty ? orders : ["pv"] {
                let pages = try #require(
                    try await dataset.ask("pages", with: "order=\(order)&\(testCase.scope)").elements
                )
                let expected = reference.places { $0.page }
                #expect(pages.count == expected.count)
                for page in pages {
                    let id = page["page_id"]?.unsigned
                    let name =
                        id == nil ? "(not reported)" : id == 1 ? "Home" : id == 2 ? "Product" : id.map(String.init)
                    #expect(
                        page
                            == .object(
                                [.init("page_id", page["page_id"] ?? 0), .init("name", .string(name ?? ""))]
                                    + (expected[id] ?? [])
                            )
                    )
                }
                expectDescending(pages, by: order)

                let positions = try #require(
                    try await dataset.ask("positions", with: "order=\(order)&\(testCase.scope)").elements
                )
                let expectedPositions = reference.places { [$0.page, $0.position] }
                #expect(positions.count == expectedPositions.count)
                for place in positions {
                    let key = [place["page_id"]?.unsigned, place["pos_id"]?.unsigned]
                    #expect(Array((place.members ?? []).dropFirst(4)) == expectedPositions[key])
                }
                expectDescending(positions, by: order)
            }
        }

        private func expectDescending(_ rows: [JSONValue], by order: String) {
            let values = rows.map { $0[order]?.number ?? (order == "page_id" ? .infinity : -1) }
            #expect(values == values.sorted { order == "page_id" ? $0 < $1 : $0 > $1 }, "order=\(order)")
        }

        @Test("breakdown by every field", arguments: cases)
        func breakdown(_ testCase: Case) async throws {
            let events = stream(testCase)
            let dataset = try await Dataset.load(events)
            let reference = Reference(events, testCase.range, filter: testCase.filter)
            let fields: [(name: String, value: (StoredEvent) -> UInt32?)] = [
                ("channel", { $0.channel }), ("device_type", { $0.device }), ("business_type", { $0.business }),
                ("operate_id", { $0.operation }),
            ]
            for field in fields {
                let rows = try #require(
                    try await dataset.ask("breakdown", with: "by=\(field.name)&\(testCase.scope)").elements
                )
                let expected = Dictionary(grouping: reference.events, by: field.value)
                #expect(rows.count == expected.count)
                for row in rows {
                    let events = expected[row["value"]?.unsigned] ?? []
                    #expect(
                        Array((row.members ?? []).dropFirst(2))
                            == Reference.measures(events) + [.init("events", .int(Int64(events.count)))]
                    )
                }
                expectDescending(rows, by: "pv")
            }
        }

        @Test("flows", arguments: cases)
        func flows(_ testCase: Case) async throws {
            let events = stream(testCase)
            let reference = Reference(events, testCase.range, filter: testCase.filter)
            let rows = try #require(try await Dataset.load(events).ask("flows", with: testCase.scope).elements)
            let views = reference.views.filter { $0.previous != nil && $0.page != nil }
            let expected = Dictionary(grouping: views) { [$0.previous, $0.page] }
            #expect(rows.count == expected.count)
            for row in rows {
                let views = expected[[row["prev_id"]?.unsigned, row["page_id"]?.unsigned]] ?? []
                #expect(row["count"] == .int(Int64(views.count)))
                #expect(row["users"] == .int(Int64(Set(views.map(\.uid)).count)))
            }
            expectDescending(rows, by: "count")
        }

        @Test("paths from the session's begin and from a page", arguments: cases)
        func paths(_ testCase: Case) async throws {
            let events = stream(testCase)
            let dataset = try await Dataset.load(events)
            let reference = Reference(events, testCase.range, filter: testCase.filter)
            for (depth, start) in [(2, nil), (5, nil), (10, nil), (3, 2)] as [(Int, UInt32?)] {
                let from = start.map { "&start=\($0)" } ?? ""
                let rows = try #require(
                    try await dataset.ask("paths", with: "depth=\(depth)\(from)&limit=1000&\(testCase.scope)").elements
                )
                let expected = reference.paths(depth: depth, start: start)
                #expect(rows.count == expected.count)
                for row in rows {
                    let path = (row["pages"]?.elements ?? []).compactMap(\.unsigned)
                    #expect(row["count"] == .int(Int64(expected[path]?.count ?? 0)), "\(path)")
                    #expect(row["users"] == .int(Int64(expected[path]?.users.count ?? 0)), "\(path)")
                }
                expectDescending(rows, by: "count")
            }
        }

        @Test("funnel, also with steps in the same second and the same step twice", arguments: cases)
        func funnel(_ testCase: Case) async throws {
            let events = stream(testCase)
            let dataset = try await Dataset.load(events)
            let reference = Reference(events, testCase.range, filter: testCase.filter)
            func page(_ id: UInt32) -> (StoredEvent) -> Bool { { $0.isView && $0.page == id } }
            let funnels: [(String, [(StoredEvent) -> Bool])] = [
                ("page:1,page:2", [page(1), page(2)]),
                ("page:1,page:2,page:3,page:0", [page(1), page(2), page(3), page(0)]),
                (
                    "operate:11000,operate:11000,pos:2",
                    [{ $0.operation == 11000 }, { $0.operation == 11000 }, { $0.position == 2 }]
                ),
            ]
            for (steps, conditions) in funnels {
                for window in [1, 1_800, 86_400] as [Int64] {
                    let rows = try #require(
                        try await dataset.ask("funnel", with: "steps=\(steps)&window=\(window)&\(testCase.scope)")
                            .elements
                    )
                    let reached = reference.funnel(conditions, window: window)
                    #expect(rows.map { $0["users"] } == reached.map { .int(Int64($0.count)) }, "\(steps) \(window)")
                    let medians = reached.enumerated().map { index, seconds -> JSONValue in
                        index > 0 && !seconds.isEmpty ? .int(seconds[seconds.count / 2]) : .null
                    }
                    #expect(rows.map { $0["median_seconds"] } == medians, "\(steps) \(window)")
                }
            }
        }

        @Test("retention by day", arguments: cases)
        func retention(_ testCase: Case) async throws {
            let events = stream(testCase)
            let reference = Reference(events, testCase.range, filter: testCase.filter)
            let rows = try #require(
                try await Dataset.load(events).ask("retention", with: "periods=2&\(testCase.scope)").elements
            )
            let start = testCase.range.lowerBound
            let expected = reference.retention { testCase.clock.days(from: start, to: $0) }
            #expect(rows.count == testCase.days)
            for (day, row) in rows.enumerated() {
                #expect(row["size"] == .int(expected[day]?[0] ?? 0))
                let returned = (0...2).map { later -> JSONValue in
                    day + later < testCase.days ? .int(expected[day]?[later] ?? 0) : .null
                }
                #expect(row["returned"] == .array(returned))
            }
        }

        @Test("durations and their histogram", arguments: cases)
        func durations(_ testCase: Case) async throws {
            let events = stream(testCase)
            let reference = Reference(events, testCase.range, filter: testCase.filter)
            let answer = try await Dataset.load(events).ask("durations", with: "by=page_id&\(testCase.scope)")
            expect(answer, reference.views)
            let groups = answer["groups"]?.elements ?? []
            let byPage = Dictionary(grouping: reference.views.filter { $0.duration != nil }, by: \.page)
            #expect(groups.count == byPage.count)
            for group in groups { expect(group, byPage[group["value"]?.unsigned] ?? []) }
        }

        private func expect(_ answer: JSONValue, _ views: [StoredEvent]) {
            let durations = views.compactMap(\.duration).sorted()
            #expect(answer["count"] == .int(Int64(durations.count)))
            for (name, level) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)] {
                let place = min(Int(level * Double(durations.count)), durations.count - 1)
                #expect(answer[name] == (durations.isEmpty ? .null : .uint(durations[place])), "\(name)")
            }
            for bar in answer["histogram"]?.elements ?? [] {
                let from = bar["from"]?.number ?? 0
                let to = bar["to"]?.number ?? .infinity
                let count = durations.filter { Double($0) >= from && Double($0) < to }.count
                #expect(bar["count"] == .int(Int64(count)))
            }
        }
    }
}
