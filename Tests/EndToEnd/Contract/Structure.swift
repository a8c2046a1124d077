import Testing

extension Contract {
    @Suite("The body is one strict JSON object")
    struct Structure {
        /// A body that must be refused, and where.
        struct Case: Sendable, CustomTestStringConvertible {
            let name: String
            let body: [UInt8]
            let detail: ExpectedDetail

            init(_ name: String, _ body: String, _ detail: ExpectedDetail = .something) {
                self.init(name, Array(body.utf8), detail)
            }

            init(_ name: String, _ body: [UInt8], _ detail: ExpectedDetail = .something) {
                self.name = name
                self.body = body
                self.detail = detail
            }

            var testDescription: String { name }
        }

        private static let good = #"{"head":{"uid":"u","openid":"o"},"items":[{}]}"#

        static let notReports: [Case] = [
            Case("an empty body", ""),
            Case("white space only", " \r\n\t "),
            Case("null", "null"), Case("true", "true"), Case("a number", "1"), Case("a string", #""report""#),
            Case("an array", "[]"), Case("an array of reports", "[\(good)]"),
            Case("an open brace", "{"), Case("a closing brace", "}"),
            Case("nothing in it", "{}", .at("head")),
            Case("no head", #"{"items":[{}]}"#, .at("head")),
            Case("head null", #"{"head":null,"items":[{}]}"#, .at("head")),
            Case("head an array", #"{"head":[],"items":[{}]}"#, .exactly("head: expected an object, found an array")),
            Case("head a string", #"{"head":"u","items":[{}]}"#, .exactly("head: expected an object, found a string")),
            Case("head a number", #"{"head":1,"items":[{}]}"#, .exactly("head: expected an object, found an integer")),
            Case("head true", #"{"head":true,"items":[{}]}"#, .exactly("head: expected an object, found a boolean")),
            Case("head empty", #"{"head":{},"items":[{}]}"#, .at("head.uid")),
            Case("no items", #"{"head":{"uid":"u","openid":"o"}}"#, .at("items")),
            Case("items null", #"{"head":{"uid":"u","openid":"o"},"items":null}"#, .at("items")),
            Case("items empty", ReportBody.text(items: "[]"), .at("items")),
            Case("items a string", ReportBody.text(items: #""[]""#), .at("items")),
            Case("items a number", ReportBody.text(items: "1"), .at("items")),
            Case("items true", ReportBody.text(items: "true"), .at("items")),
            Case(
                "an item null",
                ReportBody.text(items: "[null]"),
                .exactly("items[0]: expected an object, found null")
            ),
            Case(
                "an item a number",
                ReportBody.text(items: "[{},1]"),
                .exactly("items[1]: expected an object, found an integer")
            ),
            Case(
                "an item a string",
                ReportBody.text(items: #"[{},{},"x"]"#),
                .exactly("items[2]: expected an object, found a string")
            ),
            Case(
                "an item an array",
                ReportBody.text(items: "[[]]"),
                .exactly("items[0]: expected an object, found an array")
            ),
            Case("bytes behind the object", good + "x"),
            Case("a second object", good + good), Case("a brace too many", good + "}"),
            Case("a comma behind the object", good + ","), Case("a NUL behind the object", good + "\0"),
            Case("a byte order mark", [0xEF, 0xBB, 0xBF] + Array(good.utf8)),
            Case("UTF-16", Array(good.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })),
            Case("a vertical tab as white space", "\u{0B}" + good), Case("a no-break space", "\u{A0}" + good),
            Case("a comment", "/* */" + good),
            Case("a trailing comma in the report", #"{"head":{"uid":"u","openid":"o"},"items":[{}],}"#),
            Case("a trailing comma in the head", #"{"head":{"uid":"u","openid":"o",},"items":[{}]}"#),
            Case("a trailing comma in items", ReportBody.text(items: "[{},]")),
            Case("a trailing comma in an item", ReportBody.text(items: #"[{"page_id":1,}]"#)),
            Case("a leading comma", ReportBody.text(items: "[,{}]")),
            Case("two commas", ReportBody.text(items: "[{},,{}]")),
            Case("no comma", ReportBody.text(items: "[{}{}]")),
            Case("no colon", ReportBody.text(items: #"[{"page_id" 1}]"#)),
            Case("no value", ReportBody.text(items: #"[{"page_id":}]"#)),
            Case("no key", ReportBody.text(items: "[{:1}]")),
            Case("a key without quotes", ReportBody.text(items: "[{page_id:1}]")),
            Case("a key in single quotes", ReportBody.text(items: "[{'page_id':1}]")),
            Case("a number as key", ReportBody.text(items: "[{1:1}]")),
            Case("a bracket that closes a brace", ReportBody.text(items: "[{]}")),
            Case("a string that does not end", #"{"head":{"uid":"u"#),
            Case("malformed inside an unknown field", ReportBody.text(items: #"[{"x":{"y":01}}]"#)),
            Case("a number that is none inside an unknown field", ReportBody.text(items: #"[{"x":1.}]"#)),
            Case("a word that is none inside an unknown field", ReportBody.text(items: #"[{"x":tru}]"#)),
        ]

        @Test("anything else is refused", arguments: notReports)
        func refused(_ example: Case) throws {
            expectRefused(try RunningServer.current.report(example.body), example.detail)
        }

        @Test("a good body that stops early is refused, wherever it stops")
        func truncated() throws {
            let server = try RunningServer.current
            let body = Array(
                #"{"head":{"uid":"u\u00e9","openid":12,"x":[1.5e3,true]},"items":[{"page_id":1,"trace_id":"é"},{"k":{"a":null}}]}"#
                    .utf8
            )
            expectStored(try server.report(body))
            let connection = try server.connection()
            for length in 0..<body.count {
                try connection.send(HTTPRequest.report(body.prefix(length), token: server.token).bytes)
                expectRefused(try connection.answer(), .something)
            }
        }

        static let duplicates: [Case] = [
            Case("head", #"{"head":{"uid":"u","openid":"o"},"head":{"uid":"u","openid":"o"},"items":[{}]}"#),
            Case("items", #"{"head":{"uid":"u","openid":"o"},"items":[{}],"items":[{}]}"#),
            Case("head after null", #"{"head":null,"head":{"uid":"u","openid":"o"},"items":[{}]}"#),
            Case("items after null", #"{"items":null,"head":{"uid":"u","openid":"o"},"items":[{}]}"#),
            Case(
                "head, once escaped",
                #"{"head":{"uid":"u","openid":"o"},"\u0068ead":{"uid":"v","openid":"o"},"items":[{}]}"#
            ),
            Case("an unknown field of the report", #"{"x":1,"x":1,"head":{"uid":"u","openid":"o"},"items":[{}]}"#),
            Case("uid", #"{"head":{"uid":"u","openid":"o","uid":"u"},"items":[{}]}"#),
            Case("uid, once escaped", #"{"head":{"uid":"u","openid":"o","\u0075id":"u"},"items":[{}]}"#),
            Case("uid, once null", #"{"head":{"uid":null,"openid":"o","uid":"u"},"items":[{}]}"#),
            Case("openid", #"{"head":{"uid":"u","openid":"o","openid":"p"},"items":[{}]}"#),
            Case("device_type", ReportBody.text(uid: "u", head: #","device_type":1,"device_type":2"#)),
            Case("an unknown field of the head", ReportBody.text(uid: "u", head: #","x":1,"y":2,"x":1"#)),
            Case("an unknown field, once escaped", ReportBody.text(uid: "u", head: #","xy":1,"x\u0079":2"#)),
            Case("page_id", ReportBody.text(items: #"[{"page_id":1,"page_id":1}]"#)),
            Case("page_id, once null", ReportBody.text(items: #"[{"page_id":null,"page_id":1}]"#)),
            Case("page_id, once escaped", ReportBody.text(items: #"[{"page_id":1,"page\u005Fid":1}]"#)),
            Case("trace_id", ReportBody.text(items: #"[{},{"trace_id":"a","trace_id":"a"}]"#)),
            Case("duration of a single object", ReportBody.text(items: #"{"duration":1,"duration":1}"#)),
            Case("an unknown field of an item", ReportBody.text(items: #"[{"x":1,"x":1}]"#)),
            Case("deep inside an unknown field", ReportBody.text(items: #"[{"x":[{"a":{"b":1,"b":1}}]}]"#)),
            Case(
                "deep inside an unknown field, once escaped",
                ReportBody.text(items: #"[{"x":[{"a":{"b":1,"\u0062":1}}]}]"#)
            ),
            Case("the empty key", ReportBody.text(items: #"[{"":1,"":1}]"#)),
        ]

        @Test("the same key twice in one object is refused, at every level", arguments: duplicates)
        func duplicate(_ example: Case) throws {
            expectRefused(try RunningServer.current.report(example.body), .something)
        }

        @Test("the same key in different objects is nothing odd")
        func sameKeyElsewhere() throws {
            let body = ReportBody.text(
                uid: ReportBody.newUser(),
                head: #","x":{"uid":1,"x":{"x":1}}"#,
                items: #"[{"x":1,"uid":2},{"x":1,"items":[{"head":1},{"head":1}]}]"#
            )
            expectStored(try RunningServer.current.report(body))
        }

        /// Where an unknown field may stand, and how many levels are around its value.
        enum Place: CaseIterable, Sendable {
            case report, head, item, singleItem

            var levelsAround: Int {
                switch self {
                case .report: 1
                case .head, .singleItem: 2
                case .item: 3
                }
            }

            func body(_ value: String) -> String {
                switch self {
                case .report: #"{"x":\#(value),"head":{"uid":"u","openid":"o"},"items":[{}]}"#
                case .head: ReportBody.text(uid: "u", head: #","x":\#(value)"#)
                case .item: ReportBody.text(items: #"[{"x":\#(value)}]"#)
                case .singleItem: ReportBody.text(items: #"{"x":\#(value)}"#)
                }
            }
        }

        @Test("32 levels are accepted, 33 are refused", arguments: Place.allCases)
        func nesting(place: Place) throws {
            func arrays(_ levels: Int) -> String {
                String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
            }
            func objects(_ levels: Int) -> String {
                String(repeating: #"{"k":"#, count: levels) + "1" + String(repeating: "}", count: levels)
            }
            let server = try RunningServer.current
            let room = 32 - place.levelsAround
            for nested in [arrays, objects] {
                expectStored(try server.report(place.body(nested(room))))
                expectRefused(try server.report(place.body(nested(room + 1))), .something)
            }
        }

        @Test("half a million brackets are refused like any other", arguments: ["[", #"{"a":"#, #"[{"a":"#])
        func abyss(open: String) throws {
            let server = try RunningServer.current
            let deep = String(repeating: open, count: 1_000_000 / open.utf8.count)
            expectRefused(try server.report(deep), .something)
            expectRefused(try server.report(ReportBody.text(items: #"[{"x":"#) + deep), .something)
            #expect(try server.ask(.get("/healthz")).status == 200)
        }

        @Test("eighty thousand unknown keys are taken in stride")
        func manyKeys() throws {
            let keys = (0..<80_000).map { #""k\#($0)":0"# }.joined(separator: ",")
            let server = try RunningServer.current
            expectStored(try server.report(ReportBody.text(items: "[{\(keys)}]")))
            expectRefused(try server.report(ReportBody.text(items: #"[{\#(keys),"k0":0}]"#)), .something)
        }
    }
}
