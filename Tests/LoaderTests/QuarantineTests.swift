import EmbeddedClickHouse
import EventStore
import Foundation
import Journal
import Loader
import Logging
import Quarantine
import Reports
import Testing

extension LoaderTests {
    @Suite("The quarantine", .serialized)
    struct QuarantineTests {
        private static let arrival: UInt64 = 1_732_435_200_000_000

        /// A refused report as the intake keeps it.
        private func refuse(
            _ body: [UInt8],
            arrival: UInt64,
            code: Rejection.Reason = .contentType,
            key: String? = nil
        ) -> [UInt8] {
            var room = [UInt8](repeating: 0, count: RefusedReport.bound(bodyBytes: body.count))
            let app = Array("app_test".utf8)
            let keyBytes = Array((key ?? "").utf8)
            let size = room.withUnsafeMutableBytes { room in
                body.withUnsafeBytes { body in
                    app.withUnsafeBytes { app in
                        keyBytes.withUnsafeBytes { keyBytes in
                            RefusedReport.encode(
                                body,
                                rejection: Rejection(code, at: .report),
                                app: app,
                                idempotencyKey: key == nil ? nil : keyBytes,
                                planVersion: 7,
                                arrivalMicroseconds: arrival,
                                into: room
                            )
                        }
                    }
                }
            }
            return Array(room[..<size])
        }

        private func append(_ records: [[UInt8]], to journal: Journal) async throws {
            let batch = JournalBatch()
            for record in records { batch.append(record, kind: .refused) }
            try await journal.submit(batch)
        }

        private func quarantine(_ dock: LoadingDock, _ journal: Journal) -> Quarantine {
            Quarantine(
                store: dock.store,
                journal: journal,
                plan: { PlanTable(.contract) },
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
        }

        private func rows(_ dock: LoadingDock, _ sql: SQL) async throws -> [[ResultSet.Value]] {
            try await dock.store.query(sql, limits: QueryLimits()).rows
        }

        @Test("whatever bytes were refused stand in it as they came, up to a bound")
        func bytes() async throws {
            let dock = try await LoadingDock()
            let bodies: [[UInt8]] = [
                [], Array("{".utf8), Array(0...255), Array("汉字 \u{1F600}".utf8),
                Array(repeating: UInt8(ascii: "x"), count: RefusedReport.bodyLimitBytes),
                Array(repeating: UInt8(ascii: "y"), count: RefusedReport.bodyLimitBytes + 1),
            ]
            try await dock.run { journal, loader in
                try await append(
                    bodies.enumerated().map { refuse($1, arrival: Self.arrival + UInt64($0)) },
                    to: journal
                )
                await loader.catchUp()
                #expect(loader.status.trouble == nil)
                #expect(loader.status.refused == UInt64(bodies.count))
            }
            let found = try await rows(
                dock,
                "SELECT hex(body), body_bytes, code, app, plan_version FROM quarantine ORDER BY arrival"
            )
            try #require(found.count == bodies.count)
            for (row, body) in zip(found, bodies) {
                let kept = body.prefix(RefusedReport.bodyLimitBytes)
                let hex = kept.map {
                    String($0 / 16, radix: 16, uppercase: true) + String($0 % 16, radix: 16, uppercase: true)
                }
                #expect(row[0] == .string(hex.joined()))
                #expect(row[1] == .uint(UInt64(body.count)))
                #expect(row[2...] == [.string("content_type"), .string("app_test"), .uint(7)])
            }
            await dock.close()
        }

        @Test("a replay stores what is accepted now, at the time it arrived, and says why the rest is not")
        func replay() async throws {
            let dock = try await LoadingDock()
            try await dock.run { journal, loader in
                let bodies = [
                    Report.visit("a", page: 1, time: nil), Report.visit("b", page: 2, trace: "t"), #"{"head":1}"#, "{",
                    Report.visit("c", page: 3, time: 1_900_000_000),
                ]
                var records = bodies.enumerated().map { refuse(Array($1.utf8), arrival: Self.arrival + UInt64($0)) }
                let long = Report.visit("d", page: 4) + String(repeating: " ", count: RefusedReport.bodyLimitBytes)
                records.append(refuse(Array(long.utf8), arrival: Self.arrival + 100))
                try await append(records, to: journal)
                await loader.catchUp()
                let quarantine = quarantine(dock, journal)
                var expected = Quarantine.Outcome()
                expected.replayed = 2
                expected.events = 2
                expected.cut = 1
                expected.refused = [
                    "wrong_type": .init(count: 1, detail: "head: expected an object, found an integer"),
                    "ends_too_early": .init(count: 1, detail: "body: not JSON: ends too early, at byte 1"),
                    "in_the_future": .init(
                        count: 1,
                        detail: "items[0].event_time: later than 24 hours from now, expected Unix seconds"
                    ),
                ]
                let dry = try await quarantine.replay(.init(), isDryRun: true)
                #expect(dry == expected)
                await loader.catchUp()
                #expect(try await dock.count() == 0)
                let real = try await quarantine.replay(.init(), isDryRun: false)
                #expect(real == expected)
                await loader.catchUp()
                #expect(try await dock.count("uid = 'a' AND arrival = \(Self.arrival) AND event_time_given = 0") == 1)
                #expect(try await dock.count("uid = 'b' AND trace_id = 't'") == 1)
                #expect(try await dock.count() == 2)
                // What was replayed waits no more; the rest does.
                expected.replayed = 0
                expected.events = 0
                let rest = try await quarantine.replay(.init(), isDryRun: false)
                #expect(rest == expected)
            }
            await dock.close()
        }

        @Test("only what is selected")
        func selection() async throws {
            let dock = try await LoadingDock()
            try await dock.run { journal, loader in
                let day: UInt64 = 86_400 * 1_000_000
                try await append(
                    (0..<6).map { number in
                        refuse(
                            Array(Report.visit("u\(number)", page: 1).utf8),
                            arrival: Self.arrival + UInt64(number) * day,
                            code: number % 2 == 0 ? .notInPlan : .missing
                        )
                    },
                    to: journal
                )
                await loader.catchUp()
                let quarantine = quarantine(dock, journal)
                var selection = Quarantine.Selection()
                selection.app = "app_other"
                let others = try await quarantine.replay(selection, isDryRun: false)
                #expect(others.replayed == 0)
                selection.app = "app_test"
                selection.code = "not_in_plan"
                selection.fromSeconds = Int64((Self.arrival + day) / 1_000_000)
                selection.toSeconds = Int64((Self.arrival + 4 * day) / 1_000_000)
                let selected = try await quarantine.replay(selection, isDryRun: false)
                #expect(selected.replayed == 1)
                await loader.catchUp()
                #expect(try await dock.count("uid = 'u2'") == 1)
                #expect(try await dock.count() == 1)
            }
            await dock.close()
        }

        @Test("replayed again before the loader came, and after a crash on the way, each report counts once")
        func once() async throws {
            let dock = try await LoadingDock()
            let reports = 150
            try await dock.run { journal, loader in
                // Without a trace: nothing but the replay itself can tell them apart.
                try await append(
                    (0..<reports).map {
                        refuse(Array(Report.visit("u", page: $0).utf8), arrival: Self.arrival + UInt64($0))
                    },
                    to: journal
                )
                await loader.catchUp()
                let first = quarantine(dock, journal)
                let all = try await first.replay(.init(), isDryRun: false)
                #expect(all.replayed == reports)
                let none = try await first.replay(.init(), isDryRun: false)
                #expect(none.replayed == 0)
            }
            // The process dies before anything of it was loaded, and whoever asked asks again.
            try await dock.run { journal, loader in
                let second = quarantine(dock, journal)
                let again = try await second.replay(.init(), isDryRun: false)
                #expect(again.replayed == reports)
                await loader.catchUp()
                #expect(loader.status.trouble == nil)
            }
            #expect(try await dock.count() == UInt64(reports))
            // A crash behind an insert, with a replay in the same range.
            let broken = BreakableStore(dock.store, breaks: [.afterInsert])
            try await dock.run(store: broken) { journal, loader in
                try await append(
                    [refuse(Array(Report.visit("v", page: 1).utf8), arrival: Self.arrival + 1_000)],
                    to: journal
                )
                await loader.catchUp()
                let third = quarantine(dock, journal)
                let one = try await third.replay(.init(), isDryRun: false)
                #expect(one.replayed == 1)
                let loading = Task { await loader.catchUp() }
                while loader.status.trouble == nil { try await Task.sleep(for: .milliseconds(5)) }
                loading.cancel()
                await loading.value
            }
            try await dock.run { journal, loader in
                let fourth = quarantine(dock, journal)
                let unknown = try await fourth.replay(.init(), isDryRun: false)
                #expect(unknown.replayed <= 1)
                await loader.catchUp()
                let fifth = quarantine(dock, journal)
                let nothing = try await fifth.replay(.init(), isDryRun: false)
                #expect(nothing.replayed == 0)
            }
            #expect(try await dock.count("uid = 'v'") == 1)
            await dock.close()
        }

        @Test("a report that its client named keeps its name, and one that was named wrongly stays refused")
        func named() async throws {
            let dock = try await LoadingDock()
            try await dock.run { journal, loader in
                let body = Array(Report.visit("k", page: 1).utf8)
                // Refused twice under one name, and once under none that is one.
                try await append(
                    [
                        refuse(body, arrival: Self.arrival, key: "one"),
                        refuse(body, arrival: Self.arrival + 1, key: "one"),
                        refuse(body, arrival: Self.arrival + 2, key: "two"),
                        refuse(body, arrival: Self.arrival + 3, code: .idempotencyKey),
                    ],
                    to: journal
                )
                await loader.catchUp()
                let quarantine = quarantine(dock, journal)
                let outcome = try await quarantine.replay(.init(), isDryRun: false)
                #expect(outcome.replayed == 3)
                #expect(outcome.refused["idempotency_key"]?.count == 1)
                await loader.catchUp()
            }
            #expect(try await dock.count("uid = 'k'") == 2)
            await dock.close()
        }

        @Test("more than it may hold: the oldest go")
        func trim() async throws {
            let dock = try await LoadingDock()
            try await dock.run { journal, loader in
                let body = [UInt8](repeating: UInt8(ascii: "x"), count: 10_000)
                try await append((0..<100).map { refuse(body, arrival: Self.arrival + UInt64($0)) }, to: journal)
                await loader.catchUp()
                let quarantine = quarantine(dock, journal)
                #expect(try await quarantine.trim(limitBytes: 2_000_000) == 0)
                let gone = try await quarantine.trim(limitBytes: 500_000)
                #expect((51...60).contains(gone))
                let kept = try await rows(dock, "SELECT min(arrival), count() FROM quarantine")
                #expect(kept == [[.uint(Self.arrival + UInt64(gone)), .uint(UInt64(100 - gone))]])
                #expect(try await quarantine.trim(limitBytes: 500_000) == 0)
            }
            await dock.close()
        }
    }
}
