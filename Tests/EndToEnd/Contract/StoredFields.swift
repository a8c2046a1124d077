import Testing

extension Contract {
    /// Accepted reports, read back by `users/UID`: what was reported is what is seen, and absent is not zero.
    @Suite("What is accepted is kept as it was reported")
    struct StoredFields {
        struct Case: Sendable, CustomTestStringConvertible {
            let name: String
            var head = ""
            let items: String
            /// Members that the events must have, oldest first.
            let expected: [String]

            var testDescription: String { name }
        }

        static let allAbsent = """
            {"device_type":null,"business_type":null,"channel":null,"operate_id":null,"page_id":null,"pos_id":null,\
            "prev_id":null,"trace_id":null,"duration":null}
            """

        static let cases: [Case] = [
            Case(name: "nothing but a user: every field is absent", items: "[{}]", expected: [allAbsent]),
            Case(
                name: "null is absent",
                head: #","device_type":null,"business_type":null"#,
                items: """
                    [{"event_time":null,"channel":null,"operate_id":null,"page_id":null,"pos_id":null,"prev_id":null,\
                    "trace_id":null,"duration":null}]
                    """,
                expected: [allAbsent]
            ),
            Case(
                name: "zero is not absent",
                items: #"[{"page_id":0,"pos_id":0,"prev_id":0,"duration":0}]"#,
                expected: [#"{"page_id":0,"pos_id":0,"prev_id":0,"duration":0,"channel":null,"operate_id":null}"#]
            ),
            Case(
                name: "the largest page, position and origin",
                items: #"[{"page_id":4294967295,"pos_id":4294967295,"prev_id":4294967295}]"#,
                expected: [#"{"page_id":4294967295,"pos_id":4294967295,"prev_id":4294967295,"duration":null}"#]
            ),
            Case(
                name: "every field",
                head: #","device_type":1,"business_type":1"#,
                items: """
                    [{"event_time":1709568000,"channel":1,"operate_id":10000,"page_id":2,"pos_id":3,"prev_id":4,\
                    "trace_id":"t-1","duration":5}]
                    """,
                expected: [
                    """
                    {"device_type":1,"business_type":1,"channel":1,"operate_id":10000,"page_id":2,"pos_id":3,"prev_id":4,\
                    "trace_id":"t-1","duration":5}
                    """
                ]
            ),
            Case(
                name: "the other values of the plan",
                head: #","device_type":2"#,
                items: #"[{"channel":2,"operate_id":11000}]"#,
                expected: [#"{"device_type":2,"business_type":null,"channel":2,"operate_id":11000}"#]
            ),
            Case(
                name: "items as one object, as the contract's field table says",
                items: #"{"page_id":77,"trace_id":"single"}"#,
                expected: [#"{"page_id":77,"trace_id":"single"}"#]
            ),
            Case(
                name: "items of one time keep their order",
                items:
                    #"[{"event_time":1709568000,"page_id":1},{"event_time":1709568000,"page_id":2},{"event_time":1709568000,"page_id":3}]"#,
                expected: [#"{"page_id":1}"#, #"{"page_id":2}"#, #"{"page_id":3}"#]
            ),
            Case(
                name: "equal items are as many events",
                items: #"[{"page_id":5},{"page_id":5},{"page_id":5}]"#,
                expected: [#"{"page_id":5}"#, #"{"page_id":5}"#, #"{"page_id":5}"#]
            ),
            Case(
                name: "equal items with a trace are as many events too",
                items: #"[{"page_id":5,"trace_id":"same"},{"page_id":5,"trace_id":"same"}]"#,
                expected: [#"{"page_id":5,"trace_id":"same"}"#, #"{"page_id":5,"trace_id":"same"}"#]
            ),
            Case(
                name: "a duration beyond 32 bits",
                items: #"[{"duration":4294967296},{"duration":9007199254740993}]"#,
                expected: [#"{"duration":4294967296}"#, #"{"duration":9007199254740993}"#]
            ),
            Case(
                name: "the longest duration that 63 bits hold",
                items: #"[{"duration":9223372036854775807}]"#,
                expected: [#"{"duration":9223372036854775807}"#]
            ),
            Case(
                name: "an empty trace is a trace",
                items: #"[{"trace_id":""}]"#,
                expected: [#"{"trace_id":""}"#]
            ),
            Case(
                name: "a trace of 128 bytes",
                items: #"[{"trace_id":"\#(String(repeating: "t", count: 128))"}]"#,
                expected: [#"{"trace_id":"\#(String(repeating: "t", count: 128))"}"#]
            ),
            Case(
                name: "a trace of 128 bytes, every one escaped",
                items: #"[{"trace_id":"\#(String(repeating: "\\u0074", count: 128))"}]"#,
                expected: [#"{"trace_id":"\#(String(repeating: "t", count: 128))"}"#]
            ),
            Case(
                name: "a trace with every escape that JSON has",
                items: #"[{"trace_id":"\"\\\/\b\f\n\r\t\u0001\u00e9\u4E2d\uD83D\uDE00"}]"#,
                expected: [#"{"trace_id":"\"\\/\b\f\n\r\t\u0001é中😀"}"#]
            ),
            Case(
                name: "keys spelled with escapes are the same keys",
                head: #","\u0064evice_type":2"#,
                items: #"[{"p\u0061ge_id":9,"\u0070os\u005fid":8}]"#,
                expected: [#"{"device_type":2,"page_id":9,"pos_id":8}"#]
            ),
            Case(
                name: "keys that only look alike are unknown",
                head: #","Device_type":2,"device_type ":2,"DEVICE_TYPE":2"#,
                items: #"[{"Page_id":9,"page-id":9,"pageid":9,"page_id\u0000":9,"page_idx":9,"page_i":9,"":9}]"#,
                expected: [allAbsent]
            ),
            Case(
                name: "unknown fields of any shape are dropped",
                head: #","ip":"::1","geo":{"lat":1.5e-3,"lon":-0.0,"uid":"other"},"device":[1,null,{"uid":2}]"#,
                items:
                    #"[{"page_id":6,"extra":{"page_id":7,"deep":[[[{}]]]},"score":1e308,"flag":false,"none":null,"text":"\u0000"}]"#,
                expected: [#"{"page_id":6,"device_type":null}"#]
            ),
            Case(
                name: "minus zero is zero",
                items: #"[{"page_id":-0,"duration":-0}]"#,
                expected: [#"{"page_id":0,"duration":0}"#]
            ),
            Case(
                name: "fields in any order, with white space between",
                items: " [ { \"duration\" : 3 ,\n\t\"page_id\":\r4 } , { } ] ",
                expected: [#"{"duration":3,"page_id":4}"#, allAbsent]
            ),
        ]

        @Test("read back by users/UID", arguments: cases)
        func readBack(_ example: Case) async throws {
            let server = try RunningServer.current
            let uid = ReportBody.newUser("stored")
            expectStored(try server.report(ReportBody.text(uid: uid, head: example.head, items: example.items)))
            let events = try await server.events(of: uid, atLeast: example.expected.count)
            #expect(events.count == example.expected.count)
            // Newest first, and of one time and one report the last item first.
            for (event, expected) in zip(events.reversed(), example.expected) {
                for (name, value) in try #require(JSON.parse(expected).object) {
                    // `.some(.null)`: absent is said, as null, not left out.
                    #expect(event[name] == .some(value), "\(name) of \(example.name)")
                }
            }
        }

        @Test("a report of 1,000 items is kept whole, and 1,001 are refused")
        func thousandItems() async throws {
            let server = try RunningServer.current
            let uid = ReportBody.newUser("thousand")
            func items(_ count: Int) -> String {
                "[" + (0..<count).map { #"{"page_id":\#($0)}"# }.joined(separator: ",") + "]"
            }
            expectRefused(try server.report(ReportBody.text(uid: uid, items: items(1001))), .at("items"))
            expectStored(try server.report(ReportBody.text(uid: uid, items: items(1000))))
            let count = try await eventually("1,000 events", withinSeconds: 30, every: 0.5) {
                let count = try server.eventCount(uid: uid)
                return count >= 1000 ? count : nil
            }
            #expect(count == 1000)
        }

        @Test("without event_time the time of receipt stands in")
        func receiptStandsIn() async throws {
            let server = try RunningServer.current
            let uid = ReportBody.newUser("clock")
            let before = nowSeconds()
            expectStored(try server.report(ReportBody.text(uid: uid, items: "[{}]")))
            let after = nowSeconds()
            let events = try await server.events(of: uid)
            let time = try #require(events.first?["event_time"]?.int)
            #expect((before...after).contains(time))
        }

        @Test("a report is rejected whole: nothing of it is kept when its last item is wrong")
        func rejectedWhole() async throws {
            let server = try RunningServer.current
            let uid = ReportBody.newUser("whole")
            let bad = ReportBody.text(uid: uid, items: #"[{"page_id":1},{"page_id":2},{"page_id":"3"}]"#)
            expectRefused(try server.report(bad), .exactly("items[2].page_id: expected an integer, found a string"))
            // The journal keeps order: once the marker is seen, whatever was kept before it is seen too.
            expectStored(try server.report(ReportBody.text(uid: uid, items: #"[{"page_id":99}]"#)))
            let events = try await server.events(of: uid)
            #expect(events.map { $0["page_id"] } == [99])
        }
    }
}
