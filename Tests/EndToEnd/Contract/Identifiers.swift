import Testing

extension Contract {
    @Suite("uid and openid")
    struct Identifiers {
        /// How a uid is spelled in JSON, and the user that must be found afterwards.
        struct Spelling: Sendable, CustomTestStringConvertible {
            let json: String
            let uid: String
            var testDescription: String { json.count < 60 ? json : "\(json.prefix(57))…" }

            /// Unique text around what the case is about, so that no two runs share a user.
            static func string(_ json: String, _ uid: String) -> Spelling {
                let mark = ReportBody.newUser("id")
                return Spelling(json: "\"\(mark)\(json)\"", uid: mark + uid)
            }
            static func integer(_ digits: String) -> Spelling { Spelling(json: digits, uid: digits) }
        }

        static let spellings: [Spelling] = [
            .integer("0"), .integer("7"), .integer("9007199254740993"), .integer("-9007199254740993"),
            .integer("18446744073709551616"), .integer("1234567890123456789012345678901234567890"),
            .integer("1" + String(repeating: "0", count: 127)),
            .string("-007", "-007"), .string(" 空格 ", " 空格 "),
            .string("😀", "😀"), .string("\\uD83D\\uDE00", "😀"), .string("\\ud83d\\ude00", "😀"),
            .string("\\u0000nul", "\u{0}nul"), .string("\\n\\t\\u001f", "\n\t\u{1f}"), .string("\u{7f}", "\u{7f}"),
            .string("'; DROP TABLE events; --", "'; DROP TABLE events; --"),
            .string("\\\\' OR 1=1", "\\' OR 1=1"), .string("a/b?c=d&e%2F#f", "a/b?c=d&e%2F#f"),
            .string("/../..", "/../.."), .string("\u{FEFF}\u{200B}", "\u{FEFF}\u{200B}"),
            .string("e\u{301}", "e\u{301}"), .string("\u{10FFFF}", "\u{10FFFF}"), .string("\\uFFFF", "\u{FFFF}"),
            .string("{x:String}", "{x:String}"), .string("%s%n%d", "%s%n%d"),
        ]

        @Test("every character and digit of a uid is kept, whatever it is", arguments: spellings)
        func kept(_ spelling: Spelling) async throws {
            let server = try RunningServer.current
            let page = Int.random(in: 1_000_000_000...4_000_000_000)
            let body = #"{"head":{"uid":\#(spelling.json),"openid":\#(spelling.json)},"items":[{"page_id":\#(page)}]}"#
            expectStored(try server.report(body))
            let events = try await server.events(of: spelling.uid)
            let event = try #require(events.first { $0["page_id"]?.int == page })
            // Compared byte by byte: Swift calls two spellings of é equal, the contract does not.
            for field in ["uid", "openid"] {
                let seen = try #require(event[field]?.string)
                #expect(Array(seen.utf8) == Array(spelling.uid.utf8), "\(field) came back as \(seen)")
            }
        }

        static let fullLength = [
            String(repeating: "x", count: 128), String(repeating: "é", count: 64),
            String(repeating: "中", count: 42) + "ab", String(repeating: "😀", count: 32),
        ]

        @Test("128 bytes are accepted, however many characters they make", arguments: ["uid", "openid"], fullLength)
        func longest(field: String, value: String) throws {
            expectStored(try RunningServer.current.report(Self.report(field, "\"\(value)\"")))
        }

        @Test("129 bytes are refused", arguments: ["uid", "openid"], fullLength)
        func tooLong(field: String, value: String) throws {
            let escaped = value.utf16.map { "\\u" + String(Int($0) + 0x10000, radix: 16).dropFirst() }.joined()
            for body in ["\"\(value)x\"", "\"x\(value)\"", "\"\(escaped)x\""] {
                expectRefused(try RunningServer.current.report(Self.report(field, body)), .at("head.\(field)"))
            }
        }

        @Test("an integer of more than 128 digits is refused", arguments: ["uid", "openid"])
        func tooManyDigits(field: String) throws {
            let digits = "1" + String(repeating: "0", count: 128)
            expectRefused(try RunningServer.current.report(Self.report(field, digits)), .at("head.\(field)"))
        }

        @Test(
            "what is neither text nor an integer is refused at its field",
            arguments: ["uid", "openid"],
            [
                #""""#, "null", "true", "false", "[]", #"["a"]"#, "{}", #"{"id":"a"}"#, "1.0", "1e3", "1E5", "-0.5",
                "12345678901234567890.0",
            ]
        )
        func refused(field: String, spelled: String) throws {
            expectRefused(try RunningServer.current.report(Self.report(field, spelled)), .at("head.\(field)"))
        }

        @Test(
            "what JSON does not call a value is refused",
            arguments: ["uid", "openid"],
            ["007", "+7", "7.", "-", "a", "'a'"]
        )
        func noValue(field: String, spelled: String) throws {
            expectRefused(try RunningServer.current.report(Self.report(field, spelled)), .something)
        }

        @Test("each is required", arguments: ["uid", "openid"])
        func required(field: String) throws {
            let other = field == "uid" ? "openid" : "uid"
            let body = #"{"head":{"\#(other)":"a"},"items":[{}]}"#
            expectRefused(try RunningServer.current.report(body), .at("head.\(field)"))
        }

        @Test(
            "a trace is a string of at most 128 bytes",
            arguments: [
                "1", "1.5", "true", "[]", "{}", "\"" + String(repeating: "t", count: 129) + "\"",
                "\"" + String(repeating: "中", count: 43) + "\"",
            ]
        )
        func badTrace(spelled: String) throws {
            let body = ReportBody.text(items: #"[{},{"trace_id":\#(spelled)}]"#)
            expectRefused(try RunningServer.current.report(body), .at("items[1].trace_id"))
        }

        @Test("the answer names the types: a trace that is a number")
        func traceDetail() throws {
            let answer = try RunningServer.current.report(ReportBody.text(items: #"[{"trace_id":7}]"#))
            expectRefused(answer, .exactly("items[0].trace_id: expected a string, found an integer"))
        }

        private static func report(_ field: String, _ spelled: String) -> String {
            let other = field == "uid" ? "openid" : "uid"
            return #"{"head":{"\#(field)":\#(spelled),"\#(other)":"other"},"items":[{}]}"#
        }
    }
}
