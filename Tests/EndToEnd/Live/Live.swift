import Foundation
import Testing

/// Reports as they come: `/api/v1/live` and `footprint live`.
@Suite("The live view", .runningServer())
enum Live {
    @Suite("What it shows")
    struct Shown {
        @Test("an accepted report, whole, with what it does not say as null, and its arrival as id")
        func accepted() throws {
            let server = try RunningServer.current
            let uid = ReportBody.newUser("live")
            let stream = try EventStream(server, [("uid", uid)])
            #expect(stream.head.status == 200)
            #expect(stream.head["Content-Type"] == "text/event-stream; charset=utf-8")
            #expect(stream.head["X-Accel-Buffering"] == "no")
            let items =
                #"[{"event_time":1710300000,"channel":1,"operate_id":10000,"page_id":3,"duration":9223372036854775807},{"trace_id":"线\n"}]"#
            expectStored(try server.report(ReportBody.text(uid: uid, head: #","device_type":2"#, items: items)))
            let event = try stream.next("accepted")
            let arrival = try #require(event.id.flatMap { Int($0) })
            #expect(abs(arrival / 1_000_000 - nowSeconds()) < 60)
            #expect(event.data["time"]?.int == arrival / 1_000_000)
            #expect(event.data["uid"]?.string == uid)
            #expect(event.data["app"]?.string == server.installation.app)
            #expect(event.data["device_type"] == 2)
            #expect(event.data["business_type"] == .some(.null))
            let first = try #require(event.data["items"]?[0])
            #expect(first["event_time"] == 1_710_300_000)
            #expect(first["duration"] == .integer(.max))
            #expect(first["pos_id"] == .some(.null))
            #expect(event.data["items"]?[1]?["trace_id"] == "线\n")
            #expect(event.data["items"]?[1]?["event_time"] == .some(.null))
        }

        @Test("a refused report with its reason and the beginning of its body")
        func rejected() throws {
            let server = try RunningServer.current
            let uid = ReportBody.newUser("refused")
            let stream = try EventStream(server, [("kind", "rejected"), ("uid", uid)])
            expectStored(try server.report(ReportBody.text(uid: uid)))
            let body = ReportBody.text(
                uid: uid,
                items: #"[{"page_id":"x"},"# + String(repeating: " ", count: 6_000) + "{}]"
            )
            #expect(try server.report(body).ret == 1001)
            let event = try stream.next("rejected")
            #expect(event.data["code"] == "wrong_type")
            #expect(event.data["detail"]?.string?.contains("items[0].page_id") == true)
            #expect(event.data["body_bytes"]?.int == body.utf8.count)
            #expect(event.data["body"]?.string == String(body.prefix(4_096)))
        }

        @Test("only what was asked for: by app, user, trace and kind")
        func filters() throws {
            let server = try RunningServer.current
            let (uid, trace) = (ReportBody.newUser("a"), ReportBody.newUser("trace"))
            let byTrace = try EventStream(server, [("trace_id", trace), ("kind", "accepted")])
            let byApp = try EventStream(server, [("app", "app_of_nobody")])
            expectStored(try server.report(ReportBody.text(uid: uid, items: #"[{"trace_id":"other"}]"#)))
            expectStored(
                try server.report(
                    ReportBody.text(uid: uid, items: #"[{"page_id":1},{"trace_id":\#(jsonLiteral(trace))}]"#)
                )
            )
            let event = try byTrace.next("accepted")
            #expect(event.data["items"]?.array?.count == 2)
            // Its figures come after the reports of the second before: none of those was this app's.
            for _ in 0..<3 { #expect(try byApp.next().name == "counters") }
        }

        @Test("figures once a second: how much came since the start, and how much a second")
        func counters() throws {
            let server = try RunningServer.current
            let stream = try EventStream(server, [("app", "app_of_nobody")])
            let before = try stream.next("counters").data
            expectStored(try server.report(ReportBody.text(uid: "counted", items: #"[{},{}]"#)))
            #expect(try server.report("{").ret == 1001)
            var now = before
            for _ in 0..<20 where (now["rejected"]?.int ?? 0) == (before["rejected"]?.int ?? 0) {
                now = try stream.next("counters").data
            }
            for name in ["accepted", "events", "rejected"] {
                #expect((now[name]?.int ?? 0) > (before[name]?.int ?? .max), "\(name): \(now)")
            }
            #expect(now["dropped"] == 0)
            #expect(now["lag_bytes"]?.int != nil && now["repeated"]?.int != nil)
            #expect(now["per_second"]?["events"]?.double != nil)
        }
    }

    @Suite("Coming back")
    struct ComingBack {
        @Test("Last-Event-ID goes on behind that event: nothing twice, nothing lost")
        func goesOn() throws {
            let server = try RunningServer.current
            let uid = ReportBody.newUser("back")
            let first = try EventStream(server, [("uid", uid)])
            for page in 1...4 {
                expectStored(try server.report(ReportBody.text(uid: uid, items: #"[{"page_id":\#(page)}]"#)))
            }
            _ = try first.next("accepted")
            let second = try first.next("accepted")
            #expect(second.data["items"]?[0]?["page_id"] == 2)
            let again = try EventStream(server, [("uid", uid)], last: second.id)
            #expect(try again.next("accepted").data["items"]?[0]?["page_id"] == 3)
            #expect(try again.next("accepted").data["items"]?[0]?["page_id"] == 4)
            expectStored(try server.report(ReportBody.text(uid: uid, items: #"[{"page_id":5}]"#)))
            #expect(try again.next("accepted").data["items"]?[0]?["page_id"] == 5)
        }

        @Test("an id that the journal does not hold is told as a gap, and what came after it is shown")
        func gap() throws {
            let server = try RunningServer.current
            let uid = ReportBody.newUser("gap")
            expectStored(try server.report(ReportBody.text(uid: uid)))
            let stream = try EventStream(server, [("uid", uid)], last: "1700000000000000")
            _ = try stream.next("gap")
            #expect(try stream.next("accepted").data["uid"]?.string == uid)
        }
    }

    @Suite("Who may look on")
    struct WhoMay {
        @Test("nobody without a viewer's or an administrator's token")
        func tokens() throws {
            let server = try RunningServer.current
            #expect(try server.ask(.get("/api/v1/live")).status == 401)
            #expect(try server.ask(.get("/api/v1/live", authorization: server.token)).status == 401)
        }

        @Test(
            "a parameter that is none, or has a value that is none, is said",
            arguments: ["kind=all", "page_id=1", "uid=", "uid=1&uid=2", "app=%zz"]
        )
        func wrongParameters(query: String) throws {
            let server = try RunningServer.current
            let answer = try server.ask(
                .get("/api/v1/live?\(query)", authorization: server.installation.adminToken)
            )
            #expect(answer.status == 400 && answer.detail?.isEmpty == false, "\(answer)")
            let wrongID = HTTPRequest.get("/api/v1/live", authorization: server.installation.adminToken)
                .with("Last-Event-ID", "yesterday")
            #expect(try server.ask(wrongID).status == 400)
        }

        @Test("a revoked token ends it, and says so")
        func revoked() async throws {
            let server = try RunningServer.current
            let data = server.installation.data
            let token = try await Installation.issueToken(app: nil, data: data)
            let stream = try EventStream(server, token: token)
            _ = try stream.next("counters")
            try await Program.output(of: ["token", "revoke", token, "--data", data])
            let end = try stream.next("end")
            #expect(end.data["reason"]?.string?.contains("token") == true)
            #expect(throws: EventStream.Ended.self) { try stream.next() }
        }
    }
}

/// Each has a server for itself.
@Suite("The live view, alone")
enum LiveAlone {
    @Suite("Bounds")
    struct Bounds {
        @Test("32 may look on; the next one is told to come back, and may when one has gone")
        func seats() async throws {
            try await Installation.serving { server in
                var streams = try (0..<32).map { _ in try EventStream(server) }
                #expect(streams.allSatisfy { $0.head.status == 200 })
                let refused = try server.rawQuestion("live")
                #expect(refused.status == 503 && refused["Retry-After"] != nil, "\(refused)")
                streams.removeLast()
                _ = try await eventually("a place is free", withinSeconds: 20) {
                    try EventStream(server).head.status == 200 ? true : nil
                }
            }
        }

        @Test("the server's stop ends it at once, with a last word")
        func stop() async throws {
            try await Installation.serving { server in
                let stream = try EventStream(server)
                _ = try stream.next("counters")
                server.process.send(SIGTERM)
                #expect(try stream.next("end").data["reason"] == "the server is stopping")
                #expect(throws: EventStream.Ended.self) { try stream.next() }
                #expect(try await server.process.waitForEnd(withinSeconds: 10) == .exit(0))
            }
        }

        @Test("over HTTP/2 too")
        func http2() async throws {
            try await TemporaryFolder.with { folder in
                let authority = try TestAuthority(in: folder)
                try await Installation.with { installation in
                    let server = try await installation.serve(
                        options: ["--tls-cert", authority.serverCertificate, "--tls-key", authority.serverKey],
                        authority: authority
                    )
                    let curl = try ChildProcess(
                        "/usr/bin/curl",
                        ["-sSN", "--http2", "--cacert", authority.certificate, "-i", "-H"]
                            + ["Authorization: \(installation.adminToken)", "\(server.url)/api/v1/live"],
                        directory: folder,
                        outputTo: folder,
                        named: "curl"
                    )
                    _ = try await eventually("the stream begins", withinSeconds: 20) {
                        curl.output.contains(": keep-alive") ? true : nil
                    }
                    expectStored(try server.report(ReportBody.text(uid: "by-h2")))
                    _ = try await eventually("the report is shown", withinSeconds: 20) {
                        curl.output.contains("event: accepted") && curl.output.contains("by-h2") ? true : nil
                    }
                    #expect(curl.output.hasPrefix("HTTP/2 200"))
                    // It leaves in the middle: the server stays, and so does the connection's end.
                    curl.send(SIGKILL)
                    try await curl.waitForEnd(withinSeconds: 10)
                    expectStored(try server.report(ReportBody.text(uid: "after")))
                }
            }
        }
    }

    @Suite("footprint live")
    struct Command {
        @Test("prints a line an event, and ends with the server")
        func lines() async throws {
            try await Installation.with { installation in
                let server = try await installation.serve()
                let child = try Program.start(
                    ["live", "--data", installation.data],
                    outputTo: installation.folder,
                    named: "live"
                )
                let uid = ReportBody.newUser("watched")
                _ = try await eventually("the report is printed", withinSeconds: 30, every: 0.3) {
                    expectStored(
                        try server.report(
                            ReportBody.text(
                                uid: uid,
                                items: #"[{"page_id":7,"trace_id":"a\u001b[31mb"},{"page_id":8}]"#
                            )
                        )
                    )
                    return child.output.contains("page_id=8") ? true : nil
                }
                let line = try #require(child.output.split(separator: "\n").first { $0.contains("page_id=7") })
                #expect(line.contains(uid) && line.contains("accepted") && !line.contains("\u{1B}"))
                #expect(try server.report("{").ret == 1001)
                _ = try await eventually("the refusal is printed", withinSeconds: 20) {
                    child.output.contains("rejected") ? true : nil
                }
                try await server.stop()
                let ending = try await child.waitForEnd(withinSeconds: 20)
                #expect(ending == .exit(2))
                #expect(child.errors.contains("the server is stopping"))
            }
        }
    }
}
