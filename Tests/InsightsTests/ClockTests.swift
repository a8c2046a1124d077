import EventStore
import Insights
import Testing

extension OnTheEngine {
    /// A trend's points, by the clock on the wall.
    @Suite("Points are the zone's own hours, days, weeks and months")
    struct ClockTests {
        @Test(arguments: [
            // Spring forward: there is no 02:00.
            (
                "from=1710050400&to=1710061200&tz=America/New_York&interval=hour",
                ["2024-03-10T01:00:00-05:00", "2024-03-10T03:00:00-04:00", "2024-03-10T04:00:00-04:00"]
            ),
            // Fall back: 01:00 twice.
            (
                "from=1730606400&to=1730617200&tz=America/New_York&interval=hour",
                ["2024-11-03T00:00:00-04:00", "2024-11-03T01:00:00-04:00", "2024-11-03T01:00:00-05:00"]
            ),
            // Half an hour back: the second 01:30 begins with the change.
            (
                "from=1712412000&to=1712419200&tz=Australia/Lord_Howe&interval=hour",
                ["2024-04-07T01:00:00+11:00", "2024-04-07T01:30:00+10:30", "2024-04-07T02:00:00+10:30"]
            ),
            // Half an hour forward: 02:00 to 02:30 is skipped.
            (
                "from=1728138600&to=1728145800&tz=Australia/Lord_Howe&interval=hour",
                ["2024-10-06T01:00:00+10:30", "2024-10-06T02:30:00+11:00", "2024-10-06T03:00:00+11:00"]
            ),
            // Asked from within the repeated half hour.
            (
                "from=1712416200&to=1712418000&tz=Australia/Lord_Howe&interval=hour",
                ["2024-04-07T01:30:00+10:30", "2024-04-07T02:00:00+10:30"]
            ),
            (
                "from=1710259200&to=1710266400&tz=Asia/Kathmandu&interval=hour",
                ["2024-03-12T21:00:00+05:45", "2024-03-12T22:00:00+05:45", "2024-03-12T23:00:00+05:45"]
            ),
            (
                "from=1710259230&to=1710259321&tz=UTC&interval=minute",
                ["2024-03-12T16:00:00+00:00", "2024-03-12T16:01:00+00:00", "2024-03-12T16:02:00+00:00"]
            ),
            (
                "from=2024-09-07&to=2024-09-09&tz=America/Santiago&interval=day",
                ["2024-09-07", "2024-09-08", "2024-09-09"]
            ),
            ("from=2024-12-30&to=2025-01-06&tz=UTC&interval=week", ["2024-12-30", "2025-01-06"]),
            ("from=2024-12-29&to=2025-01-05&tz=UTC&interval=week", ["2024-12-23", "2024-12-30"]),
            ("from=2024-01-31&to=2024-03-01&tz=UTC&interval=month", ["2024-01-01", "2024-02-01", "2024-03-01"]),
        ])
        func points(query: String, times: [String]) async throws {
            let trend = try await Dataset.load([]).ask("trend", with: "metric=pv&\(query)")
            #expect(trend == .array(times.map { ["time": .string($0), "pv": 0] }))
        }

        @Test("each event is in the point that its own local time names")
        func eventsInPoints() async throws {
            // 01:15+11:00, 01:45+11:00, 01:45+10:30, 02:15+10:30
            let times: [Int64] = [1_712_412_900, 1_712_414_700, 1_712_416_500, 1_712_418_300]
            let dataset = try await Dataset.load(times.map { StoredEvent(time: $0) })
            let trend = try await dataset.ask(
                "trend",
                with: "metric=events,new_users&from=1712412000&to=1712419200&tz=Australia/Lord_Howe&interval=hour"
            )
            #expect(
                trend == [
                    ["time": "2024-04-07T01:00:00+11:00", "events": 2, "new_users": 1],
                    ["time": "2024-04-07T01:30:00+10:30", "events": 1, "new_users": 0],
                    ["time": "2024-04-07T02:00:00+10:30", "events": 1, "new_users": 0],
                ]
            )
        }

        @Test("the period before three days with a 23-hour day is three days of 24 hours")
        func previousAcrossChange() async throws {
            // New York: 7 March 00:00 -05:00 is the first instant of the previous period of 10 to 12 March.
            let first: Int64 = 1_709_787_600
            let dataset = try await Dataset.load(
                [first - 1, first, first + 3 * 86_400 - 1].map { StoredEvent(time: $0) }
            )
            let answer = try await dataset.ask("overview", with: "from=2024-03-10&to=2024-03-12&tz=America/New_York")
            #expect(answer["previous"]?["events"] == 2)
            #expect(answer["events"] == 0)
        }

        @Test("a session over midnight counts once, on the day it began")
        func sessionOverMidnight() async throws {
            let midnight: Int64 = 1_710_259_200
            let dataset = try await Dataset.load([StoredEvent(time: midnight - 60), StoredEvent(time: midnight + 60)])
            let trend = try await dataset.ask("trend", with: "metric=sessions,uv&from=2024-03-12&to=2024-03-13")
            #expect(
                trend == [
                    ["time": "2024-03-12", "sessions": 1, "uv": 1], ["time": "2024-03-13", "sessions": 0, "uv": 1],
                ]
            )
        }

        @Test("ten thousand points are answered")
        func manyPoints() async throws {
            let dataset = try await Dataset.load([StoredEvent(time: 1_710_259_200 + 599_999)])
            let trend = try await dataset.ask("trend", with: "interval=minute&from=1710259200&to=1710859200")
            #expect(trend.elements?.count == 10_000)
            #expect(trend.elements?.last?["pv"] == 1)
        }
    }
}
