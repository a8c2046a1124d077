import Foundation
import Testing

extension Plan {
    @Suite("What it refuses")
    struct Rules {
        @Test("new rules refuse what old ones let through, and the other way; each event keeps its version")
        func versions() async throws {
            try await Installation.serving { server in
                let installation = server.installation
                let (before, after) = (ReportBody.newUser("before"), ReportBody.newUser("after"))
                let head = #","device_type":1"#
                func visit(_ uid: String, _ page: Int) -> String {
                    ReportBody.text(uid: uid, head: head, items: #"[{"operate_id":10000,"page_id":\#(page)}]"#)
                }
                let tap = ReportBody.text(
                    uid: after,
                    head: head,
                    items: #"[{"operate_id":12000,"page_id":1,"channel":2,"duration":60}]"#
                )
                expectStored(try server.report(visit(before, 9)))
                expectRefused(try server.report(tap), .exactly("items[0].operate_id: not a value of the tracking plan"))

                #expect(try await Plan.apply(Plan.strict, in: installation) == "version 2")
                try await Plan.waitForVersion(2, server)
                expectRefused(
                    try server.report(visit(before, 9)),
                    .exactly("items[0].page_id: not a value of the tracking plan")
                )
                expectStored(try server.report(visit(before, 2)))
                expectStored(try server.report(tap))

                _ = try await server.events(of: before, atLeast: 2)
                _ = try await server.events(of: after)
                let rows = try await Plan.rows(
                    "SELECT plan_version, page_id, operate_id FROM events ORDER BY plan_version, operate_id",
                    in: installation
                )
                #expect(rows == [["1", "9", "10000"], ["2", "2", "10000"], ["2", "1", "12000"]])
            }
        }

        @Test("each rule is said with the place and the operation")
        func rules() async throws {
            try await Installation.with { installation in
                let file = try Plan.write(Plan.strict, in: installation)
                let server = try await installation.serve(options: ["--plan", file])
                let head = #","device_type":1"#
                func refused(_ item: String, _ detail: ExpectedDetail, head: String = head) throws {
                    let body = ReportBody.text(uid: ReportBody.newUser(), head: head, items: "[{},\(item)]")
                    expectRefused(try server.report(body), detail)
                }
                try refused(
                    #"{"operate_id":12000,"channel":1}"#,
                    .exactly("items[1].channel: not a channel of operate_id 12000 in the tracking plan")
                )
                try refused(
                    #"{"operate_id":12000}"#,
                    .exactly("items[1].page_id: required for operate_id 12000 by the tracking plan, but missing")
                )
                try refused(
                    #"{"operate_id":12000,"page_id":1,"duration":0}"#,
                    .exactly("items[1].duration: outside the tracking plan's range, expected 1 to 86400")
                )
                try refused(
                    #"{"operate_id":12000,"page_id":1}"#,
                    .exactly("head.device_type: required for operate_id 12000 by the tracking plan, but missing"),
                    head: ""
                )
                try refused(#"{"prev_id":3}"#, .exactly("items[1].prev_id: not a value of the tracking plan"))
                for (code, count) in [
                    ("channel_not_in_plan", 1.0), ("required_by_plan", 2), ("outside_plan", 1), ("not_in_plan", 1),
                ] {
                    #expect(try server.metric(#"reports_refused_total{reason="\#(code)"}"#) == count, "\(code)")
                }
                // A dry run is judged by the same plan.
                let dry = HTTPRequest.report(
                    ReportBody.text(items: #"[{"operate_id":12000}]"#),
                    token: server.token
                ).with("X-Footprint-Dry-Run", "1")
                #expect(try server.ask(dry).ret == 1001)
            }
        }

        @Test("its names are in the answers, in both languages, at once after a change")
        func names() async throws {
            try await Installation.serving { server in
                let uid = ReportBody.newUser()
                let items = #"[{"operate_id":10000,"page_id":1,"pos_id":5,"channel":1}]"#
                expectStored(try server.report(ReportBody.text(uid: uid, items: items)))
                _ = try await server.events(of: uid)
                func name(_ question: String, _ parameters: [(String, String)] = []) throws -> String? {
                    let filter = Footprint.always + [("uid", uid), ("lang", "en")] + parameters
                    return try server.question(question, filter)[0]?["name"]?.string
                }
                #expect(try name("pages") == "1")
                try await Plan.apply(Plan.strict, in: server.installation)
                try await Plan.waitForVersion(2, server)
                #expect(try name("pages") == "Home")
                #expect(try name("breakdown", [("by", "operate_id")]) == "Visit an H5 page")
                let positions = try server.question("positions", Footprint.always + [("uid", uid)])
                #expect("\(positions)".contains("横幅"))
                // A page view is what the plan calls one.
                let views = Footprint.always + [("uid", uid)]
                #expect(try server.question("overview", views)["pv"]?.int == 1)
                let changed = Plan.strict.replacingOccurrences(of: "kind: page_view", with: "kind: action")
                try await Plan.apply(changed, in: server.installation)
                try await Plan.waitForVersion(3, server)
                #expect(try server.question("overview", views)["pv"]?.int == 0)
            }
        }
    }
}
