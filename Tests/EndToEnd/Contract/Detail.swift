import Testing

extension Contract {
    /// What a developer asks for who would rather read every mistake of a report at once.
    @Suite("Every mistake at once")
    struct Detail {
        private static let wrong = ReportBody.text(
            uid: "detail",
            head: #","device_type":"1""#,
            items: #"[{"page_id":-1,"page_id":1},null,{"event_time":"1","channel":9}]"#
        )
        private static let first = "head.device_type: expected an integer, found a string"
        private static let mistakes: [(path: String, code: String, reason: String)] = [
            ("head.device_type", "wrong_type", "expected an integer, found a string"),
            ("items[0].page_id", "out_of_range", "out of range, expected 0 to 4294967295"),
            ("body", "duplicate_key", "the same key twice in one object at byte 82"),
            ("items[1]", "wrong_type", "expected an object, found null"),
            ("items[2].event_time", "wrong_type", "expected an integer, found a string"),
            ("items[2].channel", "not_in_plan", "not a value of the tracking plan"),
        ]

        private static func plain(_ detail: String) -> String {
            #"{"ret":1001,"msg":"\#(Fixed.parameterMessage)","detail":"\#(detail)"}"#
        }

        private static func full(
            _ detail: String,
            _ mistakes: [(path: String, code: String, reason: String)],
            count: Int? = nil
        ) -> String {
            let listed = mistakes.map { #"{"path":"\#($0.path)","code":"\#($0.code)","reason":"\#($0.reason)"}"# }
            return plain(detail).dropLast()
                + #","errors":[\#(listed.joined(separator: ","))],"error_count":\#(count ?? mistakes.count)}"#
        }

        private func ask(
            _ body: String,
            _ headers: [(String, String)]
        ) throws -> HTTPAnswer {
            let server = try RunningServer.current
            var request = HTTPRequest.report(body, token: server.token)
            request.headers += headers.map { (name: $0.0, value: $0.1) }
            return try server.ask(request)
        }

        // MARK: - Asking

        @Test(
            "is told to whoever asks for it, in the order of the body, with the first as detail",
            arguments: [
                ("X-Footprint-Detail", "all"), ("x-footprint-detail", "ALL"), ("X-Footprint-Dry-Run", "1"),
                ("Prefer", "return=representation"), ("prefer", "Return=representation"),
                ("Prefer", #"return="representation""#), ("Prefer", "return = representation; x=1"),
                ("Prefer", "respond-async, return=representation"), ("Prefer", ",return=representation,"),
                ("Prefer", #"a="x, return=minimal"; b="\"", return=representation, return=minimal"#),
            ]
        )
        func asked(name: String, value: String) throws {
            let answer = try ask(Self.wrong, [(name, value)])
            #expect(answer.status == 200)
            #expect(answer.text == Self.full(Self.first, Self.mistakes))
            #expect(answer["Content-Type"] == "application/json; charset=utf-8")
            // RFC 7240 3: said where the preference made the answer, and there alone.
            #expect(
                answer["Preference-Applied"] == (name.lowercased() == "prefer" ? "return=representation" : nil)
            )
        }

        @Test("of two preferences the first counts, be they in one header or in two")
        func twice() throws {
            let minimal = ("Prefer", "return=minimal")
            let representation = ("Prefer", "return=representation")
            #expect(try ask(Self.wrong, [representation, minimal]).text == Self.full(Self.first, Self.mistakes))
            let answer = try ask(Self.wrong, [minimal, representation])
            #expect(answer.text == Self.plain(Self.first))
            #expect(answer["Preference-Applied"] == nil)
        }

        @Test(
            "is told to nobody else: the answer is the usual one, to the byte",
            arguments: [
                nil, ("X-Footprint-Detail", ""), ("X-Footprint-Detail", "1"), ("X-Footprint-Detail", "all, all"),
                ("X-Footprint-Dry-Run", "0"), ("Prefer", ""), ("Prefer", "return"), ("Prefer", "return="),
                ("Prefer", "return=minimal"), ("Prefer", "respond-async"), ("Prefer", "return=representations"),
                ("Prefer", "x-return=representation"), ("Prefer", #"x="return=representation""#),
                ("Prefer", #"x=", return=representation"#), ("Prefer", "x; return=representation"), ("Prefer", ";=,"),
            ] as [(String, String)?]
        )
        func notAsked(header: (String, String)?) throws {
            let answer = try ask(Self.wrong, header.map { [$0] } ?? [])
            #expect(answer.text == Self.plain(Self.first))
            #expect(answer["Preference-Applied"] == nil)
        }

        // MARK: - What is told

        @Test("a thousand items with two mistakes each: a hundred are listed, all are counted")
        func many() throws {
            let items = Array(repeating: #"{"page_id":"1","channel":3}"#, count: 1_000).joined(separator: ",")
            let answer = try ask(ReportBody.text(items: "[\(items)]"), [("X-Footprint-Detail", "all")])
            let listed = (0..<50).flatMap { index in
                [
                    ("items[\(index)].page_id", "wrong_type", "expected an integer, found a string"),
                    ("items[\(index)].channel", "not_in_plan", "not a value of the tracking plan"),
                ]
            }
            #expect(
                answer.text
                    == Self.full("items[0].page_id: expected an integer, found a string", listed, count: 2_000)
            )
        }

        @Test("broken JSON: what is wrong before it, and the place")
        func brokenJSON() throws {
            let body = #"{"items":[{"page_id":"1"},{"prev_id":01}],"head":{}}"#
            #expect(
                try ask(body, [("X-Footprint-Detail", "all")]).text
                    == Self.full(
                        "items[0].page_id: expected an integer, found a string",
                        [
                            ("items[0].page_id", "wrong_type", "expected an integer, found a string"),
                            ("body", "invalid_number", "not JSON: malformed number at byte 38"),
                        ]
                    )
            )
        }

        @Test("a request whose body is not read has one mistake; one that is not admitted is told none")
        func aroundTheBody() async throws {
            let server = try RunningServer.current
            let asking = HTTPRequest.report(Self.wrong, token: server.token).with("X-Footprint-Detail", "all")
            let texts = [
                ("Content-Type", "text/plain", "content_type", "expected Content-Type: application/json"),
                ("Content-Encoding", "br", "content_encoding", "expected no Content-Encoding, or gzip"),
                ("Content-Encoding", "gzip", "bad_gzip", "not a whole gzip stream"),
            ]
            for (name, value, code, reason) in texts {
                #expect(
                    try server.ask(asking.with(name, value)).text
                        == Self.full("body: \(reason)", [("body", code, reason)])
                )
            }
            let unknown = try server.ask(asking.with("Authorization", "x").with("Prefer", "return=representation"))
            expectAnswer(unknown, status: 401, body: Fixed.notAdmitted)
            #expect(unknown["Preference-Applied"] == nil)
            // A packed body is looked into as a plain one is.
            var packed = asking.with("Content-Encoding", "gzip")
            packed.body = try await Gzip.packed(Self.wrong.utf8)
            #expect(try server.ask(packed).text == Self.full(Self.first, Self.mistakes))
        }

        // MARK: - Reports that are right

        @Test("a dry run that asks is told how many items there are, and stores nothing; otherwise 0 is 0")
        func accepted() async throws {
            let server = try RunningServer.current
            let uid = ReportBody.newUser("detail")
            let body = ReportBody.text(uid: uid, items: #"[{"page_id":1},{},{"page_id":2}]"#)
            let dryRun = ("X-Footprint-Dry-Run", "1")
            expectStored(try ask(body, [dryRun]))
            expectStored(try ask(body, [dryRun, ("Prefer", "return=minimal")]))
            let counted = try ask(body, [dryRun, ("X-Footprint-Detail", "all")])
            #expect(counted.text == #"{"ret":0,"msg":"","items":3}"#)
            #expect(counted["Preference-Applied"] == nil)
            let preferred = try ask(body, [dryRun, ("Prefer", "return=representation")])
            #expect(preferred.text == counted.text)
            #expect(preferred["Preference-Applied"] == "return=representation")
            // The journal keeps order: once this one is seen, anything stored before it is.
            let stored = try ask(ReportBody.text(uid: uid, items: #"[{"page_id":9}]"#), [("X-Footprint-Detail", "all")])
            expectStored(stored)
            #expect(stored["Preference-Applied"] == nil)
            #expect(try await server.events(of: uid).map { $0["page_id"] } == [9])
        }

        // MARK: - Clients that do not read

        @Test("clients that ask for much and read nothing hold little memory; whoever reads late is answered in full")
        func unread() async throws {
            try await Installation.serving { server in
                // 500 bytes that are answered with 10 KB.
                let repeated = Array(repeating: "\"\":0", count: 101).joined(separator: ",")
                let body = ReportBody.text(uid: "u", items: "{\(repeated)}")
                let request = HTTPRequest.report(body, token: server.token).with("X-Footprint-Dry-Run", "1")
                let expected = try server.ask(request)
                #expect(expected.json?["error_count"] == 100)
                #expect(expected.body.count > 9_000)
                let requests: [UInt8] = Array(repeatElement(request.bytes, count: 300).joined())
                let before = server.process.residentMiB
                let clients = try (0..<40).map { _ in
                    let client = try server.connection()
                    try client.send(requests)
                    return client
                }
                try await Task.sleep(for: .seconds(1))
                // 110 MB, were all answered at once.
                #expect(server.process.residentMiB - before < 60)
                expectStored(try server.report(ReportBody.text(items: "[{}]")))
                for client in clients.prefix(3) {
                    client.finishSending()
                    for _ in 0..<300 { #expect(try client.answer().body == expected.body) }
                    #expect(try client.bytesUntilClose().isEmpty)
                }
                withExtendedLifetime(clients) {}
            }
        }

        // MARK: - From a page

        @Test("a page of another origin may ask, and may read that its preference was heard")
        func acrossOrigins() throws {
            let server = try RunningServer.current
            let origin = "https://shop.example"
            let asked = "authorization,content-type,prefer,x-footprint-detail,x-footprint-dry-run"
            var preflight = HTTPRequest(method: "OPTIONS", hasLength: false)
            preflight.headers = [
                ("Host", "localhost"), ("Origin", origin), ("Access-Control-Request-Method", "POST"),
                ("Access-Control-Request-Headers", asked),
            ]
            #expect(try server.ask(preflight)["Access-Control-Allow-Headers"] == asked)
            let answer = try ask(Self.wrong, [("Origin", origin), ("Prefer", "return=representation")])
            #expect(answer["Access-Control-Expose-Headers"] == "Preference-Applied")
            #expect(try ask(Self.wrong, [("Origin", origin)])["Access-Control-Expose-Headers"] == nil)
        }
    }
}
