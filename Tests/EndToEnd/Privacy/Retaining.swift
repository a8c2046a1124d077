import Foundation
import Testing

extension Privacy {
    @Suite("Retention")
    struct Retaining {
        private static let day = 86_400

        /// A report of one event so many days ago.
        private func report(_ server: Footprint, _ uid: String, daysAgo days: Int) throws {
            let time = nowSeconds() - days * Self.day
            expectStored(
                try server.report(ReportBody.text(uid: uid, items: #"[{"event_time":\#(time),"page_id":\#(days)}]"#))
            )
        }

        private func kept(_ server: Footprint, _ uid: String) throws -> Set<Int> {
            let events = try server.question("users/\(uid)", Footprint.always + [("limit", "1000")])["events"]?.array
            return Set((events ?? []).compactMap { $0["page_id"]?.int })
        }

        @Test("what happened longer ago than may be kept goes at the start, to the day; what is younger stays")
        func days() async throws {
            try await Installation.with { installation in
                let uid = ReportBody.newUser("old")
                let first = try await installation.serve()
                let all = [0, 1, 9, 12, 35, 70, 400, 1_500]
                for days in all { try report(first, uid, daysAgo: days) }
                _ = try await first.events(of: uid, atLeast: all.count)
                try await first.stop()

                let second = try await installation.serve(options: ["--retain", "10"])
                _ = try await eventually("the old ones are gone", withinSeconds: 30) {
                    try kept(second, uid) == [0, 1, 9] ? true : nil
                }
                #expect(try second.metric(#"retention_dropped_total{what="events"}"#) == 5)
                #expect(try second.metric("retention_ok") == 1)
                #expect(second.process.errors.contains("a month that is too old was dropped"))
                // What is too old when it arrives is stored as any other, and goes with the next run.
                try report(second, uid, daysAgo: 500)
                _ = try await second.events(of: uid, atLeast: 4)
                try await second.stop()

                let third = try await installation.serve(options: ["--retain", "10"])
                _ = try await eventually("the late one is gone", withinSeconds: 30) {
                    try kept(third, uid) == [0, 1, 9] ? true : nil
                }
                try await third.stop()
                // 0 keeps everything, as no setting does.
                let fourth = try await installation.serve(options: ["--retain", "0"])
                try report(fourth, uid, daysAgo: 600)
                _ = try await fourth.events(of: uid, atLeast: 4)
                #expect(try kept(fourth, uid) == [0, 1, 9, 600])
            }
        }

        @Test("a journal that is kept forever is kept as long as retention allows")
        func journal() async throws {
            try await Installation.with { installation in
                let options = ["--journal-keep", "forever", "--retain", "30"]
                let uid = ReportBody.newUser("journal")
                let first = try await installation.serve(options: options)
                try report(first, uid, daysAgo: 0)
                _ = try await first.events(of: uid)
                try await first.stop()
                let folder = "\(installation.data)/journal"
                func segments() throws -> [String] {
                    try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".segment") }
                        .sorted()
                }
                let old = try #require(try segments().first)
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSinceNow: -40 * 86_400)],
                    ofItemAtPath: "\(folder)/\(old)"
                )
                // The segment that was written last stays; with another after it, it may go.
                let second = try await installation.serve(options: options)
                #expect(second.process.errors.contains("the journal is kept as long as --retain allows"))
                try report(second, uid, daysAgo: 0)
                _ = try await second.events(of: uid, atLeast: 2)
                try await second.stop()
                let third = try await installation.serve(options: options)
                _ = try await eventually("the old segment is gone", withinSeconds: 30) {
                    try segments().contains(old) ? nil : true
                }
                #expect(try third.metric(#"retention_dropped_total{what="journal_segments"}"#) == 1)
                #expect(try third.eventCount(uid: uid) == 2)
            }
        }

        @Test("a number of days that is none is refused, wherever it is said", arguments: ["-1", "a", "1.5", "36501"])
        func setting(_ text: String) async throws {
            try await Installation.with { installation in
                for (options, environment) in [
                    (["--retain=\(text)"], [:]), ([], ["FOOTPRINT_RETAIN": text]),
                ] as [([String], [String: String])] {
                    let finished = try await Program.run(
                        ["serve", "--data", installation.data, "--port", "0"] + options,
                        environment: environment
                    )
                    #expect(finished.ending == .exit(64), "\(finished)")
                    #expect(finished.errors.contains("expected a whole number of days from 0 to 36500"), "\(finished)")
                }
            }
        }
    }
}
