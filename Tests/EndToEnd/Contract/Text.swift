import Testing

extension Contract {
    @Suite("Text is UTF-8")
    struct Text {
        struct Bytes: Sendable, CustomTestStringConvertible {
            let name: String
            let bytes: [UInt8]
            init(_ name: String, _ bytes: [UInt8]) {
                self.name = name
                self.bytes = bytes
            }
            var testDescription: String { name }
        }

        /// Where text may stand in a report.
        enum Place: CaseIterable, Sendable {
            case uid, openid, trace, unknownValue, unknownKey, deepValue

            func body(_ bytes: [UInt8]) -> [UInt8] {
                let (before, after) =
                    switch self {
                    case .uid: (#"{"head":{"uid":"a"#, #"b","openid":"o"},"items":[{}]}"#)
                    case .openid: (#"{"head":{"uid":"u","openid":"a"#, #"b"},"items":[{}]}"#)
                    case .trace: (#"{"head":{"uid":"u","openid":"o"},"items":[{"trace_id":"a"#, #"b"}]}"#)
                    case .unknownValue: (#"{"head":{"uid":"u","openid":"o"},"items":[{"x":"a"#, #"b"}]}"#)
                    case .unknownKey: (#"{"head":{"uid":"u","openid":"o","a"#, #"b":1},"items":[{}]}"#)
                    case .deepValue: (#"{"y":[{"z":"a"#, #"b"}],"head":{"uid":"u","openid":"o"},"items":[{}]}"#)
                    }
                return Array(before.utf8) + bytes + Array(after.utf8)
            }
        }

        static let malformed = [
            Bytes("a lone continuation byte", [0x80]), Bytes("another", [0xBF]),
            Bytes("two bytes cut to one", [0xC3]), Bytes("three bytes cut to two", [0xE4, 0xB8]),
            Bytes("four bytes cut to three", [0xF0, 0x9F, 0x98]),
            Bytes("NUL overlong in two", [0xC0, 0x80]), Bytes("a quote overlong in two", [0xC0, 0xA2]),
            Bytes("DEL overlong in two", [0xC1, 0xBF]), Bytes("overlong in three", [0xE0, 0x80, 0x80]),
            Bytes("the last overlong in three", [0xE0, 0x9F, 0xBF]),
            Bytes("overlong in four", [0xF0, 0x80, 0x80, 0x80]),
            Bytes("the last overlong in four", [0xF0, 0x8F, 0xBF, 0xBF]),
            Bytes("a surrogate half (CESU-8)", [0xED, 0xA0, 0x80]),
            Bytes("both halves (CESU-8)", [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80]),
            Bytes("the last surrogate", [0xED, 0xBF, 0xBF]),
            Bytes("above U+10FFFF", [0xF4, 0x90, 0x80, 0x80]), Bytes("F5", [0xF5, 0x80, 0x80, 0x80]),
            Bytes("five bytes", [0xF8, 0x88, 0x80, 0x80, 0x80]), Bytes("FE", [0xFE]), Bytes("FF", [0xFF]),
            Bytes("Latin-1", [0xE9]), Bytes("GBK", [0xD6, 0xD0, 0xCE, 0xC4]),
        ]

        @Test("invalid UTF-8 is refused wherever it stands", arguments: Place.allCases, malformed)
        func invalid(place: Place, bytes: Bytes) throws {
            expectRefused(try RunningServer.current.report(place.body(bytes.bytes)), .something)
        }

        @Test("invalid UTF-8 between the tokens is refused", arguments: malformed)
        func betweenTokens(bytes: Bytes) throws {
            let body = Array(#"{"head":"#.utf8) + bytes.bytes + Array(#"{"uid":"u","openid":"o"},"items":[{}]}"#.utf8)
            expectRefused(try RunningServer.current.report(body), .something)
        }

        @Test("a control character must be escaped", arguments: Array(UInt8(0)..<0x20))
        func control(byte: UInt8) throws {
            let server = try RunningServer.current
            let connection = try server.connection()
            for place in Place.allCases {
                // Behind seven plain characters too: a reader of eight bytes at a time has two ways to see it.
                for bytes in [[byte], Array("1234567".utf8) + [byte] + Array("12345678".utf8)] {
                    try connection.send(HTTPRequest.report(place.body(bytes), token: server.token).bytes)
                    expectRefused(try connection.answer(), .something)
                }
            }
        }

        static let unknownEscapes = [
            #"\x41"#, #"\'"#, #"\0"#, #"\a"#, #"\v"#, #"\U0041"#, #"\u"#, #"\u1"#, #"\u12"#, #"\u123g"#, #"\u12G4"#,
            #"\u+123"#,
            #"\u 123"#, #"\ "#, #"\é"#, #"\u{41}"#,
        ]

        @Test("an escape that JSON does not have is refused", arguments: Place.allCases, unknownEscapes)
        func badEscape(place: Place, escape: String) throws {
            expectRefused(try RunningServer.current.report(place.body(Array(escape.utf8))), .something)
        }

        static let halves = [
            #"\uD800"#, #"\uDBFF"#, #"\uDC00"#, #"\uDFFF"#, #"\uD83Dx"#, #"\uD83D\n"#, #"\uD83D\u0041"#,
            #"\uD83D\uD83D"#,
            #"\uDE00\uD83D"#, #"\uD83D😀"#,
        ]

        @Test("half a surrogate pair is no character", arguments: [Place.uid, .openid, .trace], halves)
        func loneSurrogate(place: Place, escape: String) throws {
            expectRefused(try RunningServer.current.report(place.body(Array(escape.utf8))), .something)
        }

        static let wellFormed = [
            Bytes("two bytes", [0xC2, 0x80]), Bytes("three bytes", [0xE0, 0xA0, 0x80]),
            Bytes("before the surrogates", [0xED, 0x9F, 0xBF]),
            Bytes("behind the surrogates", [0xEE, 0x80, 0x80]), Bytes("U+FFFF", [0xEF, 0xBF, 0xBF]),
            Bytes("four bytes", [0xF0, 0x90, 0x80, 0x80]), Bytes("U+10FFFF", [0xF4, 0x8F, 0xBF, 0xBF]),
            Bytes("DEL", [0x7F]),
            Bytes("an escaped NUL", Array(#"\u0000"#.utf8)), Bytes("a surrogate pair", Array(#"\uD83D\uDE00"#.utf8)),
            Bytes("a solidus, escaped", Array(#"\/"#.utf8)),
            Bytes("an escaped quote and backslash", Array(#"\"\\"#.utf8)),
        ]

        @Test("the edges of UTF-8 are accepted", arguments: Place.allCases, wellFormed)
        func valid(place: Place, bytes: Bytes) throws {
            expectStored(try RunningServer.current.report(place.body(bytes.bytes)))
        }
    }
}
