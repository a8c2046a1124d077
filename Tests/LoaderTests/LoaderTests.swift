import EmbeddedClickHouse
import EventStore
import Foundation
import Journal
import Loader
import Synchronization
import Testing

@Suite("The loader", .serialized)
struct LoaderTests {
    @Test("loads what is durable, once, across restarts, and removes loaded segments")
    func loads() async throws {
        let dock = try await LoadingDock()
        for round in 0..<3 {
            try await dock.run(segmentBytes: 2048) { journal, loader in
                for number in 0..<30 {
                    try await journal.append([Report.visit("u\(round)", page: number), Report.visit("v", page: number)])
                }
                await loader.catchUp()
                #expect(loader.lagBytes == 0)
                #expect(loader.status.trouble == nil)
                #expect(journal.segments.count <= 2)
            }
            #expect(try await dock.count() == UInt64(60 * (round + 1)))
        }
        #expect(try await dock.count("uid = 'v'") == 90)
        await dock.close()
    }

    @Test(
        "a crash before or after the insert loses nothing and counts nothing twice",
        arguments: [BreakableStore.Break.beforeInsert, .afterInsert]
    )
    func crash(_ moment: BreakableStore.Break) async throws {
        let dock = try await LoadingDock()
        let broken = BreakableStore(dock.store, breaks: [moment])
        try await dock.run(store: broken) { journal, loader in
            // Several months: an insert is one part a month.
            let reports = (0..<50).map { Report.visit("u\($0)", page: 1, time: 1_680_000_000 + $0 * 1_000_000) }
            try await journal.append(reports)
            let loading = Task { await loader.catchUp() }
            while loader.status.trouble == nil { try await Task.sleep(for: .milliseconds(5)) }
            // The crash: this loader never gets to its record again.
            loading.cancel()
            await loading.value
        }
        #expect(try await dock.count() == (moment == .afterInsert ? 50 : 0))
        try await dock.run { journal, loader in
            // More became durable since: the interrupted range must be cut as it was.
            try await journal.append([Report.visit("later", page: 2)])
            await loader.catchUp()
        }
        #expect(try await dock.count() == 51)
        await dock.close()
    }

    @Test("a store that is away is tried again, and caught up with")
    func unavailable() async throws {
        let dock = try await LoadingDock()
        let broken = BreakableStore(dock.store, breaks: [.unavailable, .unavailable])
        try await dock.run(store: broken) { journal, loader in
            try await journal.append([Report.visit("u", page: 1)])
            await loader.catchUp()
            #expect(loader.status.trouble == nil)
        }
        #expect(try await dock.count() == 1)
        await dock.close()
    }

    @Test("a report sent again with trace ids counts once, in the same range, later and after a restart")
    func repeats() async throws {
        let dock = try await LoadingDock()
        let report = Report.visit("u", page: 1, trace: "t1")
        let untimed = Report.visit("u", page: 1, time: nil, trace: "t2")
        for round in 0..<2 {
            try await dock.run { journal, loader in
                try await journal.append(
                    [report, report, untimed],
                    arrival: 1_732_435_200_000_000 + UInt64(round) * 1_000_000_000_000
                )
                await loader.catchUp()
                try await journal.append(
                    [report, untimed],
                    arrival: 1_732_450_000_000_000 + UInt64(round) * 1_000_000_000_000
                )
                await loader.catchUp()
                #expect(loader.status.repeats == (round == 0 ? 3 : 5))
            }
            #expect(try await dock.count() == 2)
        }
        await dock.close()
    }

    @Test("what differs in any field, or has no trace id, is no repeat")
    func notRepeats() async throws {
        let dock = try await LoadingDock()
        let reports = [
            Report.visit("u", page: 1, trace: "t1"),
            Report.visit("u", page: 2, trace: "t1"),
            Report.visit("w", page: 1, trace: "t1"),
            Report.visit("u", page: 1, time: 1_710_300_001, trace: "t1"),
            Report.visit("u", page: 1, time: nil, trace: "t1"),
            Report.visit("u", page: 1, trace: "t2"),
            Report.visit("u", page: 1),
            Report.visit("u", page: 1),
            // The same item twice in one report is two events.
            #"{"head":{"uid":"u","openid":"o"},"items":[{"trace_id":"d"},{"trace_id":"d"}]}"#,
            // One item without a trace: none of the report is ever a repeat.
            #"{"head":{"uid":"u","openid":"o"},"items":[{"trace_id":"x"},{}]}"#,
            #"{"head":{"uid":"u","openid":"o"},"items":[{"trace_id":"x"},{}]}"#,
        ]
        try await dock.run { journal, loader in
            try await journal.append(reports)
            await loader.catchUp()
        }
        #expect(try await dock.count() == 14)
        await dock.close()
    }

    @Test("absent fields stay absent, and given ones are stored to the letter")
    func fields() async throws {
        let dock = try await LoadingDock()
        try await dock.run { journal, loader in
            try await journal.append([
                #"{"head":{"uid":"ü\u0000'\\","openid":12345678901234567890,"device_type":2},"items":{"event_time":1710300000,"channel":1,"operate_id":10000,"page_id":4294967295,"pos_id":0,"trace_id":"","duration":9223372036854775807}}"#,
                #"{"head":{"uid":"n","openid":"o"},"items":{}}"#,
            ])
            await loader.catchUp()
        }
        let answer = try await dock.store.query(
            """
            SELECT uid, openid, device_type, business_type, channel, operate_id, page_id, pos_id, prev_id, trace_id, \
            duration, toUInt32(event_time), event_time_given, arrival, item_index, app FROM events ORDER BY arrival
            """,
            limits: QueryLimits()
        )
        let first: [ResultSet.Value] = [
            .string("ü\0'\\"), .string("12345678901234567890"), .uint(2), .null, .uint(1), .uint(10000),
            .uint(4_294_967_295), .uint(0), .null, .string(""), .uint(9_223_372_036_854_775_807), .uint(1_710_300_000),
            .uint(1), .uint(1_732_435_200_000_000), .uint(0), .string("app_test"),
        ]
        let second: [ResultSet.Value] = [
            .string("n"), .string("o"), .null, .null, .null, .null, .null, .null, .null, .null, .null,
            .uint(1_732_435_200), .uint(0), .uint(1_732_435_200_000_001), .uint(0), .string("app_test"),
        ]
        #expect(answer.rows == [first, second])
        await dock.close()
    }

    @Test("a damaged segment is loaded around, kept as evidence, and told")
    func damage() async throws {
        let dock = try await LoadingDock()
        try await dock.run { journal, _ in
            for number in 0..<5 { try await journal.append([Report.visit("u\(number)", page: 1)]) }
        }
        let folder = dock.path + "/journal"
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasSuffix(".segment") }
        )
        var bytes = Array(try Data(contentsOf: URL(filePath: folder + "/" + name)))
        bytes[bytes.count / 2] ^= 0xFF
        try Data(bytes).write(to: URL(filePath: folder + "/" + name))
        try await dock.run(segmentBytes: 100) { journal, loader in
            for number in 5..<8 { try await journal.append([Report.visit("u\(number)", page: 1)]) }
            await loader.catchUp()
            #expect(loader.status.damagedPlaces == 1)
            #expect(journal.segments.map(\.number).contains(1))
        }
        #expect(try await dock.count() == 7)
        await dock.close()
    }

    @Test("a journal that was replaced is loaded from its start, and nothing of it is taken for loaded")
    func replacedJournal() async throws {
        let dock = try await LoadingDock()
        for _ in 0..<2 {
            try await dock.run { journal, loader in
                try await journal.append([Report.visit("u", page: 1)])
                await loader.catchUp()
            }
            try FileManager.default.removeItem(atPath: dock.path + "/journal")
            try FileManager.default.createDirectory(atPath: dock.path + "/journal", withIntermediateDirectories: true)
        }
        #expect(try await dock.count() == 2)
        await dock.close()
    }
}
