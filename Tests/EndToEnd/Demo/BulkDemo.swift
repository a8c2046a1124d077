import Foundation
import Testing

/// `footprint demo --events`: straight into the store.
@Suite("footprint demo --events")
struct BulkDemo {
    private static let events = 60_000
    private static let order = [
        "demo", "--events", String(events), "--days", "20", "--users", "3000", "--until", "2024-03-13",
    ]

    private static func rows(_ sql: String, _ data: String) async throws -> [[JSON]] {
        let text = try await Program.output(of: ["sql", sql, "--format", "json", "--data", data])
        return try JSON.parse(text).array?.map { row in
            row.object.map { $0.sorted { $0.key < $1.key }.map(\.value) } ?? row.array ?? []
        } ?? []
    }

    private static func number(_ sql: String, _ data: String) async throws -> Int? {
        try await rows(sql, data).first?.first?.int
    }

    @Test("writes exactly so many, the same for the same seed, and running it again adds nothing")
    func exactly() async throws {
        try await TemporaryFolder.with { folder in
            let digest =
                "SELECT toInt64(sum(cityHash64(uid, openid, trace_id, event_time, arrival, item_index, page_id))) FROM events"
            var digests: [Int?] = []
            for (name, seed) in [("one", "1"), ("two", "1"), ("three", "2")] {
                try await Program.output(of: Self.order + ["--seed", seed, "--data", "\(folder)/\(name)"])
                digests.append(try await Self.number(digest, "\(folder)/\(name)"))
                #expect(try await Self.number("SELECT count() FROM events", "\(folder)/\(name)") == Self.events)
            }
            #expect(digests[0] == digests[1])
            #expect(digests[0] != digests[2])
            try await Program.output(of: Self.order + ["--seed", "1", "--data", "\(folder)/one"])
            #expect(try await Self.number("SELECT count() FROM events", "\(folder)/one") == Self.events)
        }
    }

    @Test("every event is one that a server could have taken, and no two reports arrived at the same time")
    func coherent() async throws {
        try await TemporaryFolder.with { folder in
            try await Program.output(of: Self.order + ["--data", folder])
            let wrong = [
                "arrival < toUInt64(event_time) * 1000000": "arrived before it happened",
                "operate_id NOT IN (10000, 11000)": "no operation of the plan",
                "channel = 1 AND operate_id = 11000 OR channel = 2 AND operate_id = 10000": "the channel does not fit",
                "toDate(event_time) < '2024-02-23' OR toDate(event_time) > '2024-03-13'": "out of the period",
                "identity_high != 0 OR journal_segment != 0 OR journal_offset != 0": "claims a place in the journal",
            ]
            for (condition, reason) in wrong {
                let count = try await Self.number("SELECT count() FROM events WHERE \(condition)", folder)
                #expect(count == 0, "\(reason)")
            }
            let twice = """
                SELECT count() FROM (SELECT arrival, uniqExact(uid) AS users, uniqExact(item_index) AS items, count() AS n \
                FROM events GROUP BY arrival HAVING users > 1 OR items != n)
                """
            #expect(try await Self.number(twice, folder) == 0)
            let broken = """
                SELECT count() FROM (SELECT trace_id, arraySort(groupArray((event_time, ifNull(page_id, 0), ifNull(prev_id, 0)))) \
                AS steps, uniqExact(uid) AS users FROM events WHERE isNotNull(trace_id) GROUP BY trace_id) \
                WHERE users > 1 OR arrayExists((step, before) -> step.3 != before.2, \
                arraySlice(steps, 2), arraySlice(steps, 1, length(steps) - 1))
                """
            #expect(try await Self.number(broken, folder) == 0, "each page follows from the one before")
            let late = try await Self.number("SELECT toInt64(countIf(late = 1) * 1000 / count()) FROM events", folder)
            #expect((1...20).contains(late ?? -1), "about 5 in 1000 are late, not \(late ?? -1)")
            for column in ["device_type", "business_type", "channel", "pos_id", "prev_id", "trace_id", "duration"] {
                let absent = try await Self.number("SELECT countIf(isNull(\(column))) FROM events", folder)
                #expect((1..<Self.events).contains(absent ?? 0), "\(column) is sometimes absent")
            }
        }
    }

    @Test("questions find people in it: popular pages, quiet nights, users who return")
    func believable() async throws {
        try await TemporaryFolder.with { folder in
            try await Program.output(of: Self.order + ["--data", folder])
            let top = try await Self.number(
                "SELECT toInt64(max(n) * 100 / sum(n)) FROM (SELECT count() AS n FROM events GROUP BY page_id)",
                folder
            )
            #expect((10...60).contains(top ?? 0), "the first page has \(top ?? 0) % of all views")
            let hours = try await Self.rows(
                "SELECT toHour(toTimeZone(event_time, 'Asia/Shanghai')) AS h, count() AS n FROM events GROUP BY h ORDER BY h",
                folder
            )
            let (night, evening) = (hours[4].last?.int ?? 0, hours[21].last?.int ?? 0)
            #expect(evening > 5 * night)
            let returning = try await Self.number(
                "SELECT toInt64(countIf(d > 1) * 100 / count()) FROM (SELECT uniqExact(toDate(event_time)) AS d FROM events GROUP BY uid)",
                folder
            )
            #expect((20...98).contains(returning ?? 0))
        }
    }

    @Test("Ctrl-C leaves a store that is whole, and the same command adds the rest")
    func interrupted() async throws {
        try await TemporaryFolder.with { folder in
            let order = [
                "demo", "--events", "4000000", "--days", "60", "--until", "2024-03-13", "--data", "\(folder)/data",
            ]
            let child = try Program.start(order, outputTo: folder, named: "demo")
            _ = try await eventually("the store has begun", withinSeconds: 60, every: 0.02) {
                FileManager.default.fileExists(atPath: "\(folder)/data/store/metadata") ? true : nil
            }
            child.send(SIGINT)
            let ending = try await child.waitForEnd(withinSeconds: 60)
            #expect(ending == .exit(1), "\(child.errors)")
            let stopped = try await Self.number("SELECT count() FROM events", "\(folder)/data") ?? -1
            #expect((0..<4_000_000).contains(stopped))
            try await Program.output(of: order)
            #expect(try await Self.number("SELECT count() FROM events", "\(folder)/data") == 4_000_000)
        }
    }

    @Test(
        "what cannot be is said, and nothing is written",
        arguments: [
            ["--events", "0"], ["--events", "1000", "--days", "1", "--users", "2"],
            ["--events", "1000", "--until", "2999-01-01"], ["--events", "1000", "--until", "soon"],
            ["--events", "1000", "--to", "http://127.0.0.1:1"], ["--until", "2024-03-13"],
        ]
    )
    func refused(options: [String]) async throws {
        try await TemporaryFolder.with { folder in
            let finished = try await Program.run(["demo", "--data", "\(folder)/data"] + options)
            #expect(finished.ending == .exit(64), "\(finished)")
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/data"))
        }
    }

    @Test("beside a server it says who has the data directory")
    func besideServer() async throws {
        try await Installation.serving { server in
            let finished = try await Program.run(["demo", "--events", "1000", "--data", server.installation.data])
            #expect(finished.ending == .exit(2))
            #expect(finished.errors.contains("in use by another footprint process"))
        }
    }
}
