import Foundation
import Testing

/// The figures about the data itself: what came and what did not, how late, by what clock, from what.
@Suite("Data quality")
struct Quality {
    private func numbered(
        _ server: Footprint,
        _ number: Int,
        install: String = "phone-1",
        items: String = "[{}]",
        uid: String = "counted"
    ) throws -> HTTPAnswer {
        try server.ask(
            HTTPRequest.report(ReportBody.text(uid: uid, items: items), token: server.token)
                .with("X-Footprint-Sequence", "\(install)/\(number)")
        )
    }

    /// The only day of `completeness`, once it counts so many reports.
    private func completeness(_ server: Footprint, received: Int) async throws -> JSON {
        try await eventually("\(received) reports counted", withinSeconds: 30, every: 0.2) {
            let days = try server.question("completeness", [("tz", "UTC")]).array
            // Two, where the test runs over midnight.
            let counted = days?.reduce(0) { $0 + ($1["received"]?.int ?? 0) }
            return counted == received ? days?.last : nil
        }
    }

    @Test("reports are counted by app and day as stored, repeated, refused and missing, also across a crash")
    func complete() async throws {
        try await Installation.with { installation in
            var server = try await installation.serve()
            for number in [1, 2, 5] { expectStored(try numbered(server, number)) }
            #expect(try numbered(server, 6, items: #"[{"channel":99}]"#).ret == 1001)
            let traced = #"[{"trace_id":"t-1","event_time":\#(nowSeconds())}]"#
            expectStored(try numbered(server, 7, items: traced))
            try await server.killAtOnce()
            server = try await installation.serve()
            // The same report once more, under the number it had and under another.
            expectStored(try numbered(server, 7, items: traced))
            expectStored(try numbered(server, 9, items: traced))
            expectStored(try server.report(ReportBody.text(items: "[{},{}]")))

            let day = try await completeness(server, received: 8)
            #expect(day["app"]?.string == installation.app)
            #expect(day["stored"]?.int == 5)
            #expect(day["repeated"]?.int == 2)
            #expect(day["refused"]?.int == 1)
            #expect(day["events"]?.int == 6)
            #expect(day["sent"]?.int == 9)
            #expect(day["missing"]?.int == 3)
            let ranges = try #require(try server.question("missing").array)
            #expect(ranges.map { $0["first"]?.int } == [8, 3])
            #expect(ranges.map { $0["last"]?.int } == [8, 4])
            #expect(ranges.allSatisfy { $0["install"]?.string == "phone-1" })

            // A number that comes late closes its gap.
            expectStored(try numbered(server, 3))
            let later = try await completeness(server, received: 9)
            #expect(later["missing"]?.int == 2)
            #expect(try server.question("completeness", [("app", "app_other")]).array?.isEmpty == true)
        }
    }

    @Test(
        "a number or a clock that is none is refused with a sentence, and kept",
        arguments: [
            ("X-Footprint-Sequence", "phone"), ("X-Footprint-Sequence", "/1"), ("X-Footprint-Sequence", "phone/0"),
            ("X-Footprint-Sequence", "phone/-1"), ("X-Footprint-Sequence", "phone/1.5"),
            ("X-Footprint-Sequence", "a phone/1"), ("X-Footprint-Sequence", "\(String(repeating: "x", count: 65))/1"),
            ("X-Footprint-Sequence", "phone/1234567890123456789"), ("X-Footprint-Sent-At", "now"),
            ("X-Footprint-Sent-At", "0"), ("X-Footprint-Sent-At", "-5"),
        ]
    )
    func malformed(header: String, value: String) async throws {
        try await Installation.serving { server in
            let answer = try server.ask(
                HTTPRequest.report(ReportBody.text(items: "[{}]"), token: server.token).with(header, value)
            )
            #expect(answer.status == 200)
            #expect(answer.ret == 1001)
            #expect(answer.json?["detail"]?.string?.contains(header) == true)
        }
    }

    @Test("late events stand in their day, and every answer says how many there are and as of when it is")
    func late() async throws {
        try await Installation.serving { server in
            let now = nowSeconds()
            let twoDaysAgo = now - 2 * 86_400
            let items = #"[{"event_time":\#(twoDaysAgo),"operate_id":10000},{"event_time":\#(now),"operate_id":10000}]"#
            expectStored(try server.report(ReportBody.text(uid: "late", items: items)))
            _ = try await server.events(of: "late", atLeast: 2)

            // Events are seen a moment before the loader has written down that they are loaded.
            let (answer, asOf) = try await eventually("as of when it is", withinSeconds: 30, every: 0.1) {
                let answer = try server.rawQuestion("overview", [("tz", "UTC")])
                return answer.json?["as_of"]?.int.map { (answer, $0) }
            }
            #expect(answer.json?["late"]?.int == 1)
            #expect((now...nowSeconds()).contains(asOf))
            let today = [("tz", "UTC"), ("from", "\(now - 3_600)"), ("to", "\(now + 3_600)")]
            #expect(try server.rawQuestion("overview", today).json?["late"]?.int == 0)
            let filtered = try server.rawQuestion("pages", [("uid", "somebody else")])
            #expect(filtered.json?["late"]?.int == 0)
            #expect(try server.rawQuestion("rejected").json?["late"] == nil)

            let lateness = try server.question("lateness", [("tz", "UTC")])
            #expect(lateness["events"]?.int == 2)
            #expect(lateness["late"]?.int == 1)
            #expect((172_800...172_860).contains(lateness["p99"]?.int ?? 0))
            let bars = try #require(lateness["histogram"]?.array)
            #expect(bars.first { $0["from"]?.int == 86_400 }?["events"]?.int == 1)
            let days = try #require(lateness["days"]?.array)
            #expect(days.map { $0["late"]?.int } == [1, 0])
        }
    }

    @Test("clocks that are wrong are found, ahead and behind; a report that waited is not taken for a wrong clock")
    func skew() async throws {
        try await Installation.serving { server in
            let now = nowSeconds()
            func report(_ uid: String, _ time: Int, sentAt: Int? = nil) throws {
                var request = HTTPRequest.report(
                    ReportBody.text(uid: uid, items: #"[{"event_time":\#(time)}]"#),
                    token: server.token
                )
                if let sentAt {
                    let install = uid.replacing(" ", with: "-")
                    request = request.with("X-Footprint-Sent-At", "\(sentAt)")
                        .with("X-Footprint-Sequence", "\(install)/1")
                }
                expectStored(try server.ask(request))
            }
            try report("right", now)
            try report("ahead", now + 3_000)
            // Every report an hour old by the same measure: a clock.
            for _ in 0..<3 { try report("behind", now - 3_600) }
            // An hour, ten minutes, two hours: a queue.
            for age in [3_600, 600, 7_200] { try report("queued", now - age) }
            // Two days under way, and its clock says so.
            try report("told right", now - 172_800, sentAt: now)
            try report("told behind", now - 7_200, sentAt: now - 7_200)
            _ = try await server.events(of: "told behind")

            let skew = try server.question("skew")
            #expect(skew["devices"]?.int == 6)
            #expect(skew["ahead"]?.int == 1)
            #expect(skew["behind"]?.int == 2)
            #expect(skew["unknown"]?.int == 1)
            let worst = try #require(skew["worst"]?.array)
            #expect(worst.map { $0["uid"]?.string } == ["told behind", "behind", "ahead"])
            // To within the seconds that the test took.
            for (device, seconds) in zip(worst, [-7_200, -3_600, 3_000]) {
                #expect(abs((device["seconds"]?.int ?? 0) - seconds) <= 10)
            }
        }
    }

    @Test("unknown fields and suspicious programs are counted, and what they said is stored all the same")
    func driftAndBots() async throws {
        try await Installation.serving { server in
            let body = ReportBody.text(uid: "drift", head: #","colour":"red""#, items: #"[{"scroll":5},{"scroll":6}]"#)
            for _ in 0..<2 {
                expectStored(
                    try server.ask(
                        HTTPRequest.report(body, token: server.token).with("User-Agent", "python-requests/2.31")
                    )
                )
            }
            let browser = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36"
            let plain = HTTPRequest.report(ReportBody.text(uid: "person", items: "[{}]"), token: server.token)
            expectStored(try server.ask(plain.with("User-Agent", browser)))
            _ = try await server.events(of: "person")

            let fields = try #require(try server.question("drift").array)
            #expect(fields.map { $0["field"]?.string } == ["colour", "scroll"])
            #expect(fields.map { $0["place"]?.string } == ["head", "item"])
            #expect(fields.allSatisfy { $0["reports"]?.int == 2 })
            let bots = try #require(try server.question("bots").array)
            #expect(bots.count == 1)
            #expect(bots.first?["name"]?.string == "Python script")
            #expect(bots.first?["reports"]?.int == 2)
            #expect(bots.first?["events"]?.int == 4)
        }
    }

    @Test(
        "a client's address is kept as far as was asked for, and by default not at all",
        arguments: [
            ([], ""), (["--store-address", "truncated"], "203.0.113.0"), (["--store-address", "full"], "203.0.113.77"),
        ] as [([String], String)]
    )
    func address(options: [String], kept: String) async throws {
        try await Installation.serving(options: options + ["--trusted-proxy", "127.0.0.1"]) { server in
            let request = HTTPRequest.report(ReportBody.text(uid: "somewhere", items: "[{}]"), token: server.token)
            expectStored(try server.ask(request.with("X-Forwarded-For", "203.0.113.77")))
            let wrong = HTTPRequest.report("{}", token: server.token)
            #expect(try server.ask(wrong.with("X-Forwarded-For", "203.0.113.77")).ret == 1001)
            _ = try await server.events(of: "somewhere")
            for table in ["events", "quarantine"] {
                let sql = HTTPRequest(
                    target: "/api/v1/sql",
                    headers: [
                        ("Host", "localhost"), ("Content-Type", "application/sql"),
                        ("Authorization", server.installation.adminToken),
                    ],
                    body: Array("SELECT client_address FROM \(table)".utf8)
                )
                let rows = try await eventually("a row of \(table)", withinSeconds: 30, every: 0.2) { () -> [JSON]? in
                    let rows = try server.ask(sql).json?["data"]?["rows"]?.array
                    return rows?.isEmpty == false ? rows : nil
                }
                #expect(rows.map { $0.array?.first?.string } == [kept])
            }
        }
    }

    @Test("what `footprint send` sends is numbered, so that nothing of it can go missing unseen")
    func sending() async throws {
        try await Installation.serving { server in
            let file = "\(server.installation.folder)/events.jsonl"
            let lines = (0..<20).map { #"{"uid":"sent","openid":"o","page_id":\#($0)}"# }.joined(separator: "\n")
            try Data(lines.utf8).write(to: URL(filePath: file))
            _ = try await Program.output(
                of: ["send", file, "--to", server.url, "--token", server.token, "--batch", "5"]
                    + (server.authority.map { ["--ca-file", $0.certificate] } ?? [])
            )
            let day = try await completeness(server, received: 4)
            #expect(day["sent"]?.int == 4)
            #expect(day["missing"]?.int == 0)
            #expect(day["events"]?.int == 20)
        }
    }
}
