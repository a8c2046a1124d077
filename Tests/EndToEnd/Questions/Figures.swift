import Foundation
import Testing

extension Questions {
    /// A scope as parameters, and the same scope as the independent count understands it.
    struct ScopeCase: Sendable, CustomTestStringConvertible {
        var from: String
        var to: String
        var zone: String?
        var filters: [(String, String)] = []
        var isWanted: @Sendable (ShopEvent) -> Bool = { _ in true }

        var parameters: [(String, String)] {
            [("from", from), ("to", to)] + (zone.map { [("tz", $0)] } ?? []) + filters
        }

        var testDescription: String { parameters.map { "\($0.0)=\($0.1)" }.joined(separator: "&") }

        func counting(_ events: [ShopEvent]) -> Counting {
            let zone = zone ?? "Asia/Shanghai"
            if let start = Int(from), let end = Int(to) {
                return Counting(events, zone: zone, range: start..<end, where: isWanted)
            }
            return Counting(events, zone: zone, from: from, to: to, where: isWanted)
        }
    }

    static let scopes: [ScopeCase] = [
        ScopeCase(from: "2024-01-01", to: "2024-06-30"),
        ScopeCase(from: "2024-01-01", to: "2024-06-30", zone: "UTC"),
        ScopeCase(from: "2024-01-01", to: "2024-06-30", zone: "America/New_York"),
        ScopeCase(from: "2024-03-01", to: "2024-03-31", zone: "Europe/Berlin"),
        ScopeCase(from: "2024-03-13", to: "2024-03-13"),
        ScopeCase(from: "2024-03-13", to: "2024-03-13", zone: "Pacific/Kiritimati"),
        ScopeCase(from: "2024-03-13", to: "2024-03-13", zone: "Asia/Kolkata"),
        ScopeCase(from: "2024-02-26", to: "2024-03-03"),
        ScopeCase(from: "1710000000", to: "1710500000"),
        ScopeCase(from: "1710000000", to: "1710000001"),
        ScopeCase(from: "2023-01-01", to: "2023-12-31"),
        ScopeCase(from: "2024-01-01", to: "2024-06-30", filters: [("channel", "2")]) { $0.channel == 2 },
        ScopeCase(from: "2024-02-01", to: "2024-04-30", filters: [("channel", "1"), ("channel", "2")]),
        ScopeCase(from: "2024-01-01", to: "2024-06-30", filters: [("device_type", "1")]) { $0.deviceType == 1 },
        ScopeCase(from: "2024-01-01", to: "2024-06-30", filters: [("device_type", "1"), ("channel", "2")]) {
            $0.deviceType == 1 && $0.channel == 2
        },
        ScopeCase(from: "2024-01-01", to: "2024-06-30", filters: [("page_id", "4"), ("page_id", "12")]) {
            $0.pageID == 4 || $0.pageID == 12
        },
        ScopeCase(from: "2024-01-01", to: "2024-06-30", filters: [("operate_id", "11000")]) { $0.operateID == 11000 },
        ScopeCase(from: "2024-01-01", to: "2024-06-30", filters: [("business_type", "1")]) { $0.businessType == 1 },
        ScopeCase(from: "2024-01-01", to: "2024-06-30", filters: [("business_type", "0")]) { $0.businessType == 0 },
        ScopeCase(from: "2024-01-01", to: "2024-06-30", filters: [("pos_id", "0")]) { $0.posID == 0 },
        ScopeCase(from: "2024-01-01", to: "2024-06-30", filters: [("uid", "user_0428"), ("uid", "user_1")]) {
            $0.uid == "user_0428" || $0.uid == "user_1"
        },
    ]

    @Suite("Figures equal an independent count")
    struct Figures {
        @Test("overview", arguments: scopes)
        func overview(scope: ScopeCase) async throws {
            let counting = scope.counting(try await Shop.events())
            let answer = try RunningServer.current.question("overview", scope.parameters)
            expect(answer, counting.overview, "overview")
        }

        @Test("overview tells the period before of the same length")
        func previousPeriod() async throws {
            let events = try await Shop.events()
            let server = try RunningServer.current
            let april = try server.question("overview", [("from", "2024-04-01"), ("to", "2024-04-30")])
            expect(april["previous"], Counting(events, from: "2024-03-02", to: "2024-03-31").overview, "March")
            let seconds = try server.question("overview", [("from", "1712000000"), ("to", "1712500000")])
            expect(seconds["previous"], Counting(events, range: 1_711_500_000..<1_712_000_000).overview, "before")
        }

        @Test("trend by hour, day, week and month, gaps filled", arguments: Counting.Interval.allCases, scopes)
        func trend(interval: Counting.Interval, scope: ScopeCase) async throws {
            let counting = scope.counting(try await Shop.events())
            let counted = counting.trend(interval)
            let metrics = ["pv", "uv", "events", "sessions", "avg_duration", "bounce_rate", "new_users"]
            let answer = try RunningServer.current.question(
                "trend",
                [("metric", metrics.joined(separator: ",")), ("interval", interval.rawValue)] + scope.parameters
            )
            let points = try #require(answer.array)
            try #require(points.map { $0["time"]?.string } == counted.map(\.time))
            let wrong = zip(points, counted).flatMap { differences($0, $1.measures, $1.time) }
            #expect(wrong == [])
        }

        @Test("pages, with entries and exits", arguments: scopes)
        func pages(scope: ScopeCase) async throws {
            let counted = scope.counting(try await Shop.events()).pages
            let answer = try RunningServer.current.question("pages", [("limit", "1000")] + scope.parameters)
            let pages = try #require(answer.array)
            #expect(Set(pages.map { $0["page_id"]?.int }) == Set(counted.keys))
            #expect(pages.count == counted.count)
            for page in pages {
                let place = try #require(counted[page["page_id"]?.int])
                let edges: [String: Double?] = ["entries": Double(place.entries), "exits": Double(place.exits)]
                expect(
                    page,
                    place.measures.merging(edges) { one, _ in one },
                    "page \(String(describing: page["page_id"]))"
                )
            }
            #expect(pages.compactMap { $0["pv"]?.int } == pages.compactMap { $0["pv"]?.int }.sorted(by: >))
        }

        @Test(
            "pages are ordered as asked, and as many as asked",
            arguments: ["pv", "uv", "avg_duration", "entries", "exits"],
            [1, 3, 100]
        )
        func pageOrder(order: String, limit: Int) async throws {
            let counted = try await ScopeCase(from: "2024-01-01", to: "2024-06-30").counting(Shop.events()).pages
            let answer = try RunningServer.current.question(
                "pages",
                Shop.everything + [("order", order), ("limit", String(limit))]
            )
            let values = try #require(answer.array).map { $0[order]?.double ?? -1 }
            #expect(values == values.sorted(by: >))
            #expect(values.count == min(limit, counted.count))
            let best = counted.values.map { place in
                switch order {
                case "entries": Double(place.entries)
                case "exits": Double(place.exits)
                default: (place.measures[order] ?? nil) ?? -1
                }
            }.max()
            #expect(values.first == best)
        }

        @Test("breakdown by each field", arguments: ["channel", "device_type", "business_type", "operate_id"], scopes)
        func breakdown(field: String, scope: ScopeCase) async throws {
            let counted = scope.counting(try await Shop.events()).breakdown { event in
                switch field {
                case "channel": event.channel
                case "device_type": event.deviceType
                case "business_type": event.businessType
                default: event.operateID
                }
            }
            let answer = try RunningServer.current.question("breakdown", [("by", field)] + scope.parameters)
            let rows = try #require(answer.array)
            #expect(rows.count == counted.count)
            for row in rows {
                let value = try #require(row["value"])
                expect(row, try #require(counted[value.int]), "\(field) \(value)")
                #expect(row["name"]?.string?.isEmpty == false)
            }
        }

        @Test("without from and to the last seven days are meant: nothing of 2024")
        func defaultPeriod() throws {
            let answer = try RunningServer.current.question("overview")
            #expect(answer["events"] == 0)
            #expect(try RunningServer.current.question("trend").array?.count == 7)
        }

        @Test("a trace is every event of it, in order")
        func trace() async throws {
            let events = try await Shop.events()
            let traces = Dictionary(grouping: events) { $0.traceID ?? "" }
            for (trace, expected) in traces.sorted(by: { $0.key < $1.key }).prefix(10) {
                let answer = try RunningServer.current.question("trace/\(Footprint.escaped(trace))")
                #expect(try shopEvents(answer) == expected)
            }
            #expect(try RunningServer.current.question("trace/nobody").array == [])
        }

        @Test("a user's events come newest first, page by page, each once")
        func user() async throws {
            let server = try RunningServer.current
            let byUser = Dictionary(grouping: try await Shop.events(), by: \.uid)
            let (uid, expected) = try #require(byUser.max { ($0.value.count, $0.key) < ($1.value.count, $1.key) })
            var seen: [ShopEvent] = []
            var next: String?
            repeat {
                let page = try server.question(
                    "users/\(Footprint.escaped(uid))",
                    [("limit", "17")] + (next.map { [("before", $0)] } ?? [])
                )
                let events = try #require(page["events"])
                seen += try shopEvents(events)
                #expect(try #require(events.array).count <= 17)
                next = page["next"]?.string
            } while next != nil && seen.count <= expected.count
            #expect(seen == expected.reversed())
        }

        @Test("a user nobody heard of has no events")
        func unknownUser() throws {
            let answer = try RunningServer.current.question("users/nobody")
            #expect(answer["events"]?.array == [])
        }

        /// Events as the API tells them, read with the decoder of the file's lines.
        private func shopEvents(_ answer: JSON) throws -> [ShopEvent] {
            try #require(answer.array).map { event in
                ShopEvent(
                    uid: try #require(event["uid"]?.string),
                    openid: try #require(event["openid"]?.string),
                    deviceType: event["device_type"]?.int,
                    businessType: event["business_type"]?.int,
                    eventTime: try #require(event["event_time"]?.int),
                    channel: event["channel"]?.int,
                    operateID: event["operate_id"]?.int,
                    pageID: event["page_id"]?.int,
                    posID: event["pos_id"]?.int,
                    prevID: event["prev_id"]?.int,
                    traceID: event["trace_id"]?.string,
                    duration: event["duration"]?.int
                )
            }
        }
    }
}
