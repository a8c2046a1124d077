import Testing

extension Contract {
    /// A client that got no answer sends its report again: that must not count twice.
    @Suite("Repeats")
    struct Repeats {
        private func count(_ uid: String, afterMarkerOn server: Footprint) async throws -> Int {
            // The journal keeps order: once the marker is seen, everything before it is.
            let marker = ReportBody.newUser("marker")
            expectStored(try server.report(ReportBody.text(uid: marker)))
            _ = try await server.events(of: marker)
            return try server.eventCount(uid: uid)
        }

        @Test("a report whose items all carry trace_id counts once, however often it comes")
        func traced() async throws {
            let server = try RunningServer.current
            let uid = ReportBody.newUser("again")
            let body = ReportBody.text(
                uid: uid,
                items:
                    #"[{"page_id":1,"trace_id":"a","event_time":1709568000},{"page_id":2,"trace_id":"a","event_time":1709568001}]"#
            )
            for _ in 0..<5 { expectStored(try server.report(body)) }
            #expect(try await count(uid, afterMarkerOn: server) == 2)
            expectStored(try server.report(body))
            #expect(try await count(uid, afterMarkerOn: server) == 2)
        }

        @Test("a traced report without event_time counts once too")
        func tracedWithoutTime() async throws {
            let server = try RunningServer.current
            let uid = ReportBody.newUser("untimed")
            let body = ReportBody.text(uid: uid, items: #"[{"page_id":1,"trace_id":"b"}]"#)
            for _ in 0..<3 {
                expectStored(try server.report(body))
                try await Task.sleep(for: .milliseconds(1100))
            }
            #expect(try await count(uid, afterMarkerOn: server) == 1)
        }

        @Test("the same content spelled otherwise is the same report")
        func otherSpelling() async throws {
            let server = try RunningServer.current
            let uid = ReportBody.newUser("spelling")
            expectStored(
                try server.report(#"{"head":{"uid":"\#(uid)","openid":"o"},"items":[{"page_id":1,"trace_id":"c"}]}"#)
            )
            expectStored(
                try server.report(
                    #"{"items":{"trace_id":"\u0063", "page_id": 1, "pos_id":null},"head":{"openid":"o","uid":"\#(uid)"}}"#
                )
            )
            #expect(try await count(uid, afterMarkerOn: server) == 1)
        }

        @Test("without trace_id on every item a report counts as often as it comes")
        func untraced() async throws {
            let server = try RunningServer.current
            let uid = ReportBody.newUser("twice")
            let body = ReportBody.text(uid: uid, items: #"[{"page_id":1,"trace_id":"d"},{"page_id":2}]"#)
            for _ in 0..<2 { expectStored(try server.report(body)) }
            #expect(try await count(uid, afterMarkerOn: server) == 4)
        }

        @Test("the same trace with other content is another report")
        func otherContent() async throws {
            let server = try RunningServer.current
            let uid = ReportBody.newUser("other")
            for item in [
                #"{"page_id":1,"trace_id":"e"}"#, #"{"page_id":2,"trace_id":"e"}"#, #"{"pos_id":1,"trace_id":"e"}"#,
                #"{"prev_id":1,"trace_id":"e"}"#, #"{"page_id":1,"trace_id":"f"}"#,
                #"{"page_id":1,"trace_id":"e","duration":0}"#,
                #"{"page_id":1,"trace_id":"e","event_time":1709568000}"#, #"{"page_id":0,"trace_id":"e"}"#,
                #"{"trace_id":"e"}"#,
                #"{"trace_id":""}"#,
            ] {
                expectStored(try server.report(ReportBody.text(uid: uid, items: "[\(item)]")))
            }
            #expect(try await count(uid, afterMarkerOn: server) == 10)
        }

        @Test("the same report by another app is another report")
        func otherApp() async throws {
            let server = try RunningServer.current
            let data = server.installation.data
            let other = try await Installation.issueToken(
                app: Installation.appID(ofNewApp: "other", data: data),
                data: data
            )
            let uid = ReportBody.newUser("apps")
            let body = ReportBody.text(uid: uid, items: #"[{"page_id":1,"trace_id":"g"}]"#)
            expectStored(try server.report(body))
            // A new app is known to a running server within seconds.
            _ = try await eventually("the new app may report", withinSeconds: 20) {
                try server.ask(.report(body, token: other)).status == 200 ? true : nil
            }
            #expect(try await count(uid, afterMarkerOn: server) == 2)
        }

        @Test("a report that its client named counts once, whatever it carries, until another name comes")
        func idempotencyKey() async throws {
            let server = try RunningServer.current
            let uid = ReportBody.newUser("named")
            func send(_ key: String?, _ items: String) throws -> HTTPAnswer {
                let body = ReportBody.text(uid: uid, items: items)
                return try server.ask(HTTPRequest.report(body, token: server.token).with("Idempotency-Key", key))
            }
            let items = #"[{"page_id":1},{"page_id":1},{"page_id":2}]"#
            for _ in 0..<3 { expectStored(try send("8e03978e-40d5-43dd-bc93-6894a57f9324", items)) }
            // The same name, spelled as a structured string.
            expectStored(try send(#""8e03978e-40d5-43dd-bc93-6894a57f9324""#, items))
            expectStored(try send("another", items))
            // Without a name and a trace, each counts.
            expectStored(try send(nil, items))
            expectStored(try send(nil, items))
            #expect(try await server.events(of: uid, atLeast: 12).count == 12)
            let repeats = try server.metric("loader_repeats_total") ?? 0
            expectStored(try send("another", items))
            _ = try await eventually("the repeat is seen", withinSeconds: 20) {
                try server.metric("loader_repeats_total") ?? 0 >= repeats + 3 ? true : nil
            }
            #expect(try server.eventCount(uid: uid) == 12)
            for wrong in ["", " ", String(repeating: "k", count: 129), "two words", "\u{E9}"] {
                let answer = try send(wrong, items)
                #expect(answer.ret == 1001 && answer.detail?.contains("Idempotency-Key") == true, "\(wrong): \(answer)")
            }
            let twice = HTTPRequest.report(ReportBody.text(uid: uid), token: server.token).with("Idempotency-Key", "a")
            var both = twice
            both.headers.append(("Idempotency-Key", "b"))
            #expect(try server.ask(both).ret == 1001)
        }
    }
}
