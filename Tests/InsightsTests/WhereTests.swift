import EventStore
import Foundation
import Insights
import Reports
import Testing

extension OnTheEngine {
    @Suite("Where is my event?")
    struct WhereTests {
        /// 2024-03-13 00:00 in Shanghai.
        private let start: Int64 = 1_710_259_200

        @Test("an event in the store says on which day it is counted, and what hides it")
        func loaded() async throws {
            let dataset = try await Dataset.load([
                StoredEvent(time: start + 60, uid: "u", trace: "seen"),
                StoredEvent(time: start - 86_400, uid: "u", arrival: (start + 60) * 1_000_000, trace: "late"),
                StoredEvent(time: start + 86_400, uid: "u", arrival: (start + 61) * 1_000_000, trace: "early"),
                StoredEvent(time: start - 40 * 86_400, uid: "u", operation: 12000, trace: "old"),
            ])
            func stage(_ trace: String, _ query: String = "") async throws -> JSONValue? {
                try await dataset.ask("where", with: "trace_id=\(trace)\(query)", now: start + 3_600)["stages"]?[0]
            }
            let seen = try #require(try await stage("seen"))
            #expect(seen["stage"] == "loaded" && seen["day"] == "2024-03-13" && seen["page_view"] == true)
            #expect(seen["notes"] == [] && seen["explanation"] == .null)
            #expect(seen["time"] == .int(start + 60) && seen["journal_segment"] == .uint(1))
            let late = try #require(try await stage("late"))
            #expect(late["notes"] == ["earlier_day"] && late["day"] == "2024-03-12")
            #expect(late["explanation"]?.text?.contains("arrived on 2024-03-13") == true)
            #expect(try await stage("late", "&tz=America/New_York")?["day"] == "2024-03-11")
            #expect(try await stage("early")?["notes"] == ["later_day", "outside_week"])
            #expect(try await stage("old")?["notes"] == ["not_page_view", "outside_week"])
            #expect(try await stage("late", "&from=2024-03-12&to=2024-03-12") == nil)
            #expect(try await stage("late", "&from=2024-03-13&to=2024-03-13") != nil)
        }

        @Test("more than one answer lists is said, and the newest are listed")
        func many() async throws {
            let dataset = try await Dataset.load(
                (0..<250).map { StoredEvent(time: start + $0, uid: "u", arrival: (start + $0) * 1_000_000) }
            )
            let answer = try await dataset.ask("where", with: "uid=u", now: start + 3_600)
            #expect(answer["stages"]?.elements?.count == 200)
            #expect(answer["stages"]?[0]?["time"] == .int(start + 249))
            #expect(answer["more"] == true)
            #expect(answer["summary"]?.text?.contains("only the newest 200 are listed") == true)
        }

        @Test("without a journal at hand the answer says that it was not looked at")
        func noJournal() async throws {
            let dataset = try await Dataset.load([])
            let english = try await dataset.ask("where", with: "uid=x", now: start)
            #expect(english["journal_read"] == false && english["stages"] == [])
            #expect(
                english["summary"]?.text
                    == "uid “x”: nothing with it arrived, or it is no longer kept; no server runs, so the journal was not looked at."
            )
            let chinese = try await dataset.ask("where", with: "uid=x", now: start, language: .chinese)
            #expect(chinese["summary"]?.text == "uid“x”：没有收到相关内容，或已不再保留；服务未运行，未查看日志。")
        }

        @Test("what waits in the journal is listed once, a repeat among it told, what is loaded already left out")
        func waiting() async throws {
            _ = try await Dataset.load([])
            var batch = EventBatch([
                StoredEvent(time: start, uid: "u", trace: "t"),
                StoredEvent(time: start, uid: "u", item: 1, trace: "other"),
                StoredEvent(time: start, uid: "u", trace: "t"), StoredEvent(time: start, uid: "u", trace: "t"),
            ])
            batch.identityLow = [7, 8, 7, 9]
            batch.journalOffset = [100, 100, 200, 50]
            var findings = JournalFindings(loadedToSegment: 1, loadedToOffset: 100)
            findings.events = [batch]
            findings.unreadBytes = 3 << 20
            let found = findings
            let insights = Insights(
                store: try await Engine.shared.store,
                plan: { Dataset.plan },
                journal: { _ throws(StoreError) in found }
            )
            let answer = try await insights.answer(
                ["where"],
                parameters: [("trace_id", "t")],
                nowSeconds: start,
                language: .english
            )
            let stages = try #require(answer["stages"]?.elements)
            #expect(stages.count == 2 && stages.allSatisfy { $0["stage"] == "journaled" })
            #expect(stages.count { $0["notes"] == ["sent_again"] } == 1)
            #expect(answer["journal_unread_bytes"] == .uint(3 << 20))
            #expect(
                answer["summary"]?.text
                    == "trace_id “t”: 2 events are in the journal, waiting to be loaded into the store; "
                    + "3 MiB of the journal that wait to be loaded were not read."
            )
        }

        @Test(
            "one id is asked for, no more and no less",
            arguments: [
                ("", "trace_id, uid: expected one of them, found neither"),
                ("uid=a&trace_id=b", "trace_id, uid: expected one of them, found both"),
                ("uid=a&uid=b", "uid: expected once, found 2 times"),
                ("uid=", #"uid: expected 1 to 128 bytes, found """#),
            ]
        )
        func parameters(query: String, detail: String) async throws {
            let dataset = try await Dataset.load([])
            await #expect(throws: QuestionError.badParameter(detail: detail)) {
                _ = try await dataset.ask("where", with: query)
            }
        }
    }
}
