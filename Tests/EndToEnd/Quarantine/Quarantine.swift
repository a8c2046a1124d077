import Foundation
import Testing

/// What was refused: kept, shown, and tried again.
@Suite("Quarantine")
struct Quarantine {
    /// Every refused report there is, newest first, once there are so many.
    private func rejected(_ server: Footprint, count: Int, _ parameters: [(String, String)] = []) async throws -> [JSON]
    {
        try await eventually("\(count) refused reports", withinSeconds: 30, every: 0.2) {
            let found = try server.question("rejected", parameters).array
            return found?.count ?? 0 >= count ? found : nil
        }
    }

    @Test("a report of an app's that was refused is kept: when, which app, why, and what it sent")
    func kept() async throws {
        try await Installation.serving { server in
            let wrong = ReportBody.text(uid: "refused", items: #"[{"page_id":"7"}]"#)
            let packed = try await Gzip.packed(wrong.utf8)
            let requests: [(request: HTTPRequest, code: String, body: String)] = [
                (.report(wrong, token: server.token), "wrong_type", wrong),
                (
                    HTTPRequest.report(packed, token: server.token).with("Content-Encoding", "gzip"), "wrong_type",
                    wrong
                ),
                (.report("", token: server.token), "empty_body", ""),
                (.report("{\"head\"", token: server.token), "ends_too_early", "{\"head\""),
                (
                    HTTPRequest.report("text", token: server.token).with("Content-Type", "text/plain"), "content_type",
                    "text"
                ),
                (
                    .report(ReportBody.text(items: #"[{"channel":99}]"#), token: server.token), "not_in_plan", ""
                ),
            ]
            let began = nowSeconds()
            for (request, _, _) in requests { #expect(try server.ask(request).ret == 1001) }
            // What is not an app's, or only tried, or too large, is not.
            _ = try server.ask(.report(wrong, token: "nobody"))
            _ = try server.ask(HTTPRequest.report(wrong, token: server.token).with("X-Footprint-Dry-Run", "1"))
            _ = try server.report(ReportBody.padded(to: (1 << 20) + 1, uid: "large"))
            expectStored(try server.report(ReportBody.text(items: "[{}]")))

            let found = try await rejected(server, count: requests.count)
            #expect(found.count == requests.count)
            for (report, (_, code, body)) in zip(found.reversed(), requests) {
                #expect(report["reason"]?.string == code)
                #expect(report["app"]?.string == server.installation.app)
                #expect(report["replayed"] == .bool(false))
                #expect((began...nowSeconds()).contains(report["time"]?.int ?? 0))
                if code != "not_in_plan" { #expect(report["body"]?.string == body) }
            }
            #expect(found.last?["detail"]?.string == "items[0].page_id: expected an integer, found a string")
            #expect(try server.question("rejected", [("reason", "wrong_type")]).array?.count == 2)
            #expect(try server.question("rejected", [("limit", "1")]).array?.count == 1)
            #expect(try server.question("rejected", [("app", "app_other")]).array?.isEmpty == true)
            #expect(
                try server.question("rejected", [("from", "2020-01-01"), ("to", "2020-01-02")]).array?.isEmpty == true
            )
            #expect(try server.metric(#"refusals_total{fate="kept"}"#) == 6)

            // A zone that the engine's own list does not have.
            #expect(try server.question("rejected_reasons", [("tz", "US/Pacific-New")]).array?.count == 5)
            let reasons = try #require(try server.question("rejected_reasons").array)
            let first = try #require(reasons.first)
            #expect(first["reason"]?.string == "wrong_type")
            #expect(first["place"]?.string == "items[].page_id")
            #expect(first["count"]?.int == 2)
            #expect(first["sample"]?.string == wrong)
            #expect(first["trend"]?.array?.first?["count"]?.int == 2)
            let wrongTypes = [("reason", "wrong_type"), ("app", server.installation.app), ("state", "waiting")]
            #expect(try server.question("rejected_reasons", wrongTypes).array == [first])
        }
    }

    @Test("answers keep their order, refusals among them, on one connection")
    func order() async throws {
        try await Installation.serving { server in
            let connection = try server.connection()
            let good = HTTPRequest.report(ReportBody.text(items: "[{}]"), token: server.token).bytes
            let bad = HTTPRequest.report(ReportBody.text(items: "[{\"page_id\":-1}]"), token: server.token).bytes
            let pattern = (0..<60).map { $0 % 3 == 1 || $0 % 7 == 2 }
            try connection.send(pattern.flatMap { $0 ? bad : good })
            for isBad in pattern { #expect(try connection.answer().ret == (isBad ? 1001 : 0)) }
        }
    }

    @Test("a refusal that was answered survives a kill at once")
    func killed() async throws {
        try await Installation.with { installation in
            let server = try await installation.serve()
            let count = 40
            for number in 0..<count {
                let answer = try server.report(ReportBody.text(uid: "u\(number)", items: #"[{"page_id":"x"}]"#))
                #expect(answer.ret == 1001)
            }
            try await server.killAtOnce()
            let again = try await installation.serve()
            #expect(try await rejected(again, count: count).count == count)
        }
    }

    @Test("replayed from the terminal, what is accepted now is stored once, with the time it arrived")
    func replay() async throws {
        try await Installation.with { installation in
            let server = try await installation.serve()
            let uid = ReportBody.newUser("again")
            // Right but for the header around it, so that it is accepted without another plan.
            for _ in 0..<20 {
                let request = HTTPRequest.report(ReportBody.text(uid: uid), token: server.token)
                #expect(try server.ask(request.with("Content-Type", "text/plain")).ret == 1001)
            }
            let still = ReportBody.text(uid: uid, items: #"[{"page_id":"x"}]"#)
            #expect(try server.report(still).ret == 1001)
            _ = try await rejected(server, count: 21)
            let data = installation.data
            let dry = try await Program.output(of: ["replay", "--dry-run", "--data", data])
            #expect(dry.contains("20 reports would be accepted, with 20 events"))
            #expect(dry.contains("1 still refused: wrong_type (items[0].page_id"))
            #expect(try server.eventCount(uid: uid) == 0)
            let none = try await Program.output(of: ["replay", "--reason", "not_in_plan", "--data", data, "--json"])
            #expect(try JSON.parse(none)["replayed"]?.int == 0)
            let real = try await Program.output(of: ["replay", "--since", "1d", "--data", data, "--json"])
            #expect(try JSON.parse(real)["replayed"]?.int == 20)
            // At once again, then again after a kill, before and after it was loaded.
            let again = try await Program.output(of: ["replay", "--data", data, "--json"])
            #expect(try JSON.parse(again)["replayed"]?.int == 0)
            try await server.killAtOnce()
            let second = try await installation.serve()
            _ = try await Program.output(of: ["replay", "--data", data])
            #expect(try await second.events(of: uid, atLeast: 20).count == 20)
            _ = try await Program.output(of: ["replay", "--data", data])
            try await Task.sleep(for: .seconds(1))
            #expect(try second.eventCount(uid: uid) == 20)
            let arrivals = Set(try await second.events(of: uid, atLeast: 20).map { "\($0["arrival"] as Any)" })
            #expect(arrivals.count == 20)
            #expect(try second.question("rejected", [("state", "replayed")]).array?.count == 20)
            #expect(try second.question("rejected", [("state", "waiting")]).array?.count == 1)

            try await second.stop()
            let stopped = try await Program.run(["replay", "--data", data])
            #expect(!stopped.succeeded && stopped.errors.contains("footprint serve"), "\(stopped)")
            let wrong = try await Program.run(["replay", "--since", "yesterday", "--data", data])
            #expect(!wrong.succeeded && wrong.errors.contains("--since: expected"), "\(wrong)")
        }
    }
}
