import Foundation
import Testing

/// Where is my event? Asked over HTTP and in the terminal, of events at every stage.
@Suite("Where is my event?")
struct Where {
    /// The stages known of an id, once `isSeen` holds of them.
    private func stages(
        _ server: Footprint,
        _ id: (String, String),
        _ more: [(String, String)] = [],
        until isSeen: ([JSON]) -> Bool
    ) async throws -> [JSON] {
        try await eventually("\(id.0) \(id.1) is seen as expected", withinSeconds: 30, every: 0.2) {
            let found = try #require(try server.question("where", [id] + more)["stages"]?.array)
            return isSeen(found) ? found : nil
        }
    }

    private func summary(_ server: Footprint, _ id: (String, String), _ language: String) throws -> String {
        try server.question("where", [id, ("lang", language)])["summary"]?.string ?? ""
    }

    @Test("refused, loaded, late and sent twice: each is told, with the place in the journal")
    func followed() async throws {
        try await Installation.serving { server in
            let uid = ReportBody.newUser("where")
            let now = nowSeconds()
            let late = now - 3 * 86_400
            func visit(_ trace: String, _ fields: String = "") -> String {
                ReportBody.text(uid: uid, items: #"[{"trace_id":"\#(trace)","operate_id":10000\#(fields)}]"#)
            }
            expectStored(try server.report(visit("good")))
            for _ in 0..<3 { expectStored(try server.report(visit("twice"))) }
            expectStored(try server.report(visit("late", ",\"event_time\":\(late)")))
            expectStored(try server.report(ReportBody.text(uid: uid, items: #"[{"trace_id":"hidden","page_id":1}]"#)))
            #expect(try server.report(visit("bad", #","page_id":"x""#)).ret == 1001)

            let good = try await stages(server, ("trace_id", "good")) { $0.first?["stage"]?.string == "loaded" }
            #expect(good.count == 1)
            #expect(good[0]["uid"]?.string == uid && good[0]["app"]?.string == server.installation.app)
            #expect(good[0]["page_view"] == .bool(true) && good[0]["notes"]?.array?.isEmpty == true)
            #expect(good[0]["journal_segment"]?.int ?? 0 > 0 && good[0]["journal_offset"]?.int ?? 0 > 0)
            #expect((now - 5...nowSeconds()).contains(good[0]["time"]?.int ?? 0))

            let twice = try await stages(server, ("trace_id", "twice")) {
                $0.first?["notes"]?.array == [.string("sent_again")] && $0.count == 1
            }
            #expect(twice[0]["stage"]?.string == "loaded")
            #expect(twice[0]["explanation"]?.string?.contains("3") == true)
            #expect(try summary(server, ("trace_id", "twice"), "en").contains("sent more than once and counted once"))

            let wasLate = try await stages(server, ("trace_id", "late")) { $0.first?["stage"]?.string == "loaded" }
            #expect(wasLate[0]["notes"]?.array == [.string("earlier_day")])
            #expect(wasLate[0]["event_time"]?.int == late)
            let hidden = try await stages(server, ("trace_id", "hidden")) { $0.first?["stage"]?.string == "loaded" }
            #expect(hidden[0]["notes"]?.array == [.string("not_page_view")])

            let bad = try await stages(server, ("trace_id", "bad")) { $0.first?["in_quarantine"] == .bool(true) }
            #expect(bad.count == 1 && bad[0]["stage"]?.string == "refused")
            #expect(bad[0]["reason"]?.string == "wrong_type")
            #expect(bad[0]["detail"]?.string == "items[0].page_id: expected an integer, found a string")
            #expect(bad[0]["replayed"] == .bool(false))

            let all = try await stages(server, ("uid", uid)) { $0.count == 5 }
            #expect(all.map { $0["time"]?.int ?? 0 } == all.map { $0["time"]?.int ?? 0 }.sorted(by: >))
            #expect(try await stages(server, ("uid", uid), [("to", "2020-01-01")]) { _ in true }.isEmpty)
            #expect(try summary(server, ("uid", uid), "zh").contains("1 次上报被拒绝（wrong_type）"))
        }
    }

    @Test("an id is taken as it is: Chinese, emoji, quotes, digits, and never a part of another")
    func exactly() async throws {
        try await Installation.serving { server in
            let ids = ["小明-😀", #"quo"te\'s"#, "100200300", "a%b_c"]
            for id in ids {
                expectStored(try server.report(ReportBody.text(uid: id)))
                #expect(try server.report(ReportBody.text(uid: id, items: #"[{"page_id":"x"}]"#)).ret == 1001)
                // The same letters inside another's.
                #expect(try server.report(ReportBody.text(uid: "x\(id)x", items: #"[{"page_id":"x"}]"#)).ret == 1001)
            }
            let escaped = #"{"head":{"uid":"\u5c0f\u660e-\ud83d\ude00","openid":"o"},"items":[{"page_id":"x"}]}"#
            #expect(try server.report(escaped).ret == 1001)
            let asNumber = #"{"head":{"uid":100200300,"openid":"o"},"items":[{"page_id":"x"}]}"#
            #expect(try server.report(asNumber).ret == 1001)
            for (id, refused) in zip(ids, [2, 1, 2, 1]) {
                let found = try await stages(server, ("uid", id)) { found in
                    found.count == refused + 1
                        && found.allSatisfy {
                            $0["stage"]?.string == "loaded" || $0["in_quarantine"] == .bool(true)
                        }
                }
                #expect(found.count { $0["stage"]?.string == "refused" } == refused, "\(id)")
                #expect(try summary(server, ("uid", id), "en").hasPrefix("uid “\(id)”: 1 event is in the store"))
                let output = try await Program.output(
                    of: ["where", "--uid", id, "--data", server.installation.data, "--format", "json"]
                )
                #expect(try JSON.parse(output)["stages"]?.array?.count == refused + 1)
            }
            #expect(try server.question("where", [("uid", "100200")])["stages"]?.array?.isEmpty == true)
            #expect(try summary(server, ("uid", "nobody"), "en").contains("nothing with it arrived"))
            #expect(try summary(server, ("uid", "nobody"), "zh").contains("没有收到"))
        }
    }

    @Test(
        "while the store cannot load, an event is seen in the journal, and in the store once it can",
        .enabled(if: Lifecycle.mayMount, "this machine lets nobody mount a small disk")
    )
    func journaled() async throws {
        try await Installation.with { installation in
            let server = try await installation.serve(storeOnDiskOf: 48)
            let filler = URL(filePath: "/proc/\(server.process.pid)/root\(installation.data)/store/filler")
            let uid = ReportBody.newUser("journaled")
            expectStored(try server.report(ReportBody.text(uid: uid)))
            _ = try await server.events(of: uid)
            try Lifecycle.FullDisk.fill(filler)
            _ = try await eventually("the store refuses", withinSeconds: 60, every: 0.1) {
                expectStored(try server.report(ReportBody.text(uid: ReportBody.newUser())))
                return try server.metric("loader_ok") == 0 ? true : nil
            }
            expectStored(try server.report(ReportBody.text(uid: uid, items: #"[{"trace_id":"stuck"}]"#)))
            #expect(try server.report(ReportBody.text(uid: uid, items: #"[{"page_id":"x"}]"#)).ret == 1001)
            let found = try await stages(server, ("uid", uid)) { $0.count == 3 }
            #expect(found.map { $0["stage"]?.string } == ["refused", "journaled", "loaded"])
            #expect(found[0]["in_quarantine"] == .bool(false))
            #expect(found[1]["trace_id"]?.string == "stuck" && found[1]["journal_offset"]?.int ?? 0 > 0)
            #expect(try summary(server, ("trace_id", "stuck"), "en").contains("1 event is in the journal, waiting"))
            #expect(try summary(server, ("trace_id", "stuck"), "zh").contains("1 个事件已落日志，等待入库"))

            try FileManager.default.removeItem(at: filler)
            let after = try await eventually("it is loaded", withinSeconds: 90, every: 0.5) {
                let found = try server.question("where", [("uid", uid)])["stages"]?.array
                return found?.allSatisfy({ $0["stage"]?.string != "journaled" }) == true ? found : nil
            }
            #expect(after.map { $0["stage"]?.string } == ["refused", "loaded", "loaded"])
            #expect(after[0]["in_quarantine"] == .bool(true))
        }
    }

    @Test("a refused report that was replayed is told as both")
    func replayed() async throws {
        try await Installation.serving { server in
            let uid = ReportBody.newUser("replayed")
            let request = HTTPRequest.report(ReportBody.text(uid: uid), token: server.token)
            #expect(try server.ask(request.with("Content-Type", "text/plain")).ret == 1001)
            _ = try await stages(server, ("uid", uid)) { $0.first?["in_quarantine"] == .bool(true) }
            _ = try await Program.output(of: ["replay", "--data", server.installation.data])
            let found = try await stages(server, ("uid", uid)) {
                $0.count == 2 && $0[0]["stage"] != $0[1]["stage"]
                    && $0.contains { $0["replayed"] == .bool(true) } && $0.contains { $0["stage"]?.string == "loaded" }
            }
            #expect(found[0]["time"] == found[1]["time"], "it keeps the time it arrived at")
            #expect(try summary(server, ("uid", uid), "en").contains("1 of them replayed since"))
        }
    }

    @Test("both ids or none is a mistake, a viewer may ask, nobody may not")
    func asking() async throws {
        try await Installation.serving { server in
            let wrong: [([(String, String)], String)] = [
                ([], "trace_id, uid: expected one of them, found neither"),
                ([("uid", "a"), ("trace_id", "b")], "trace_id, uid: expected one of them, found both"),
                ([("uid", "")], #"uid: expected 1 to 128 bytes, found """#),
                ([("uid", "a"), ("tz", "Mars/Base")], #"tz: expected a time zone (Asia/Shanghai), found "Mars/Base""#),
            ]
            for (parameters, detail) in wrong {
                let answer = try server.rawQuestion("where", parameters)
                #expect(answer.status == 400 && answer.ret == 1001)
                #expect(answer.json?["detail"]?.string == detail)
            }
            let viewer = try await server.installation.viewerToken()
            #expect(try server.ask(.get("/api/v1/where?uid=a", authorization: viewer)).status == 200)
            for token in [nil, "made-up", server.token] {
                #expect(try server.ask(.get("/api/v1/where?uid=a", authorization: token)).status == 401)
            }
            let csv = try server.rawQuestion("where", [("uid", "a"), ("format", "csv")])
            #expect(csv.status == 200)
        }
    }

    @Test("the terminal says it in one sentence and stage by stage; without a server, of the store alone")
    func terminal() async throws {
        try await Installation.with { installation in
            let server = try await installation.serve()
            let uid = ReportBody.newUser("terminal")
            expectStored(
                try server.report(ReportBody.text(uid: uid, items: #"[{"trace_id":"t-1","operate_id":10000}]"#))
            )
            _ = try await server.events(of: uid)
            let ask = ["where", "--trace-id", "t-1", "--data", installation.data, "--lang", "en"]
            let text = try await Program.output(of: ask)
            #expect(text.hasPrefix("trace_id “t-1”: 1 event is in the store, counted on "), "\(text)")
            #expect(text.contains(uid) && text.contains("journal_offset"))
            let chinese = try await Program.output(of: [
                "where", "--uid", uid, "--data", installation.data, "--lang", "zh",
            ])
            #expect(chinese.hasPrefix("uid“\(uid)”：已入库 1 个事件"), "\(chinese)")
            let csv = try await Program.output(of: ask + ["--format", "csv"])
            #expect(csv.hasPrefix("stage,time,app,"), "\(csv)")
            for wrong in [["where"], ["where", "--uid", "a", "--trace-id", "b"]] {
                let finished = try await Program.run(wrong + ["--data", installation.data])
                #expect(finished.ending == .exit(64) && finished.errors.contains("expected one of them"), "\(finished)")
            }
            try await server.stop()
            let alone = try await Program.output(of: ask)
            #expect(alone.contains("1 event is in the store") && alone.contains("the journal was not looked at"))
        }
    }
}
