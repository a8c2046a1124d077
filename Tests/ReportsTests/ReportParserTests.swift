import Reports
import TestSupport
import Testing

@Suite("The report parser")
struct ReportParserTests {
    @Test("reads the contract's example, field for field")
    func example() throws {
        let report = try Parsing.parse(
            #"""
            { "head" : {"uid":"123456","openid":"oX_1","device_type":1,"business_type":1},
              "items":[{"event_time":1710300000,"channel":1,"operate_id":10000,"page_id":12,"pos_id":3,"prev_id":0,
                        "trace_id":"t-1","duration":15}, {}] }
            """#
        )
        #expect(report.app == "app_test")
        #expect(report.uid == "123456")
        #expect(report.openid == "oX_1")
        #expect(report.deviceType == 1)
        #expect(report.businessType == 1)
        #expect(!report.mayBeRepeated)
        #expect(
            report.items == [
                Parsing.Item(
                    eventTime: 1_710_300_000,
                    channel: 1,
                    operateID: 10000,
                    pageID: 12,
                    posID: 3,
                    prevID: 0,
                    traceID: "t-1",
                    durationSeconds: 15
                ),
                Parsing.Item(),
            ]
        )
    }

    @Test(
        "keeps the digits of an integer uid, whatever their number",
        arguments: ["0", "-7", "9007199254740993", String(repeating: "9", count: 128)]
    )
    func digits(_ digits: String) throws {
        let report = try Parsing.parse(#"{"head":{"uid":\#(digits),"openid":\#(digits)},"items":{}}"#)
        #expect(report.uid == digits)
        #expect(report.openid == digits)
    }

    @Test("takes items before head, a single object for items, and null for absent")
    func shapes() throws {
        let report = try Parsing.parse(
            #"{"items":{"page_id":null,"pos_id":0,"trace_id":""},"other":[1,{"a":null}],"head":{"openid":"o","uid":"u","device_type":null}}"#
        )
        #expect(report.items == [Parsing.Item(posID: 0, traceID: "")])
        #expect(report.deviceType == nil)
        #expect(report.mayBeRepeated)
    }

    @Test("unescapes strings, in keys too")
    func escapes() throws {
        let report = try Parsing.parse(
            #"{"\u0068ead":{"u\u0069d":"a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00z","openid":"é😀"},"items":[{"trace\u005fid":"\u0000"}]}"#
        )
        #expect(report.uid == "a\"\\/\u{8}\u{c}\n\r\té😀z")
        #expect(report.openid == "é😀")
        #expect(report.items[0].traceID == "\0")
    }

    @Test(
        "says where and why it refuses",
        arguments: [
            ("", "body: expected a JSON object, found nothing"),
            ("  ", "body: expected a JSON object, found nothing"),
            ("[]", "body: expected an object, found an array"),
            ("{}", "head: required, but missing"),
            (#"{"head":null,"items":[{}]}"#, "head: required, but missing"),
            (#"{"head":3,"items":[{}]}"#, "head: expected an object, found an integer"),
            (#"{"head":{"openid":"o"},"items":[{}]}"#, "head.uid: required, but missing"),
            (#"{"head":{"uid":null,"openid":"o"},"items":[{}]}"#, "head.uid: required, but missing"),
            (#"{"head":{"uid":"u"},"items":[{}]}"#, "head.openid: required, but missing"),
            (#"{"head":{"uid":"","openid":"o"},"items":[{}]}"#, "head.uid: must not be empty"),
            (
                #"{"head":{"uid":1.5,"openid":"o"},"items":[{}]}"#,
                "head.uid: expected a string or an integer, found a number with a fraction or exponent"
            ),
            (
                #"{"head":{"uid":true,"openid":"o"},"items":[{}]}"#,
                "head.uid: expected a string or an integer, found a boolean"
            ),
            (
                #"{"head":{"uid":"u","openid":"o","device_type":3},"items":[{}]}"#,
                "head.device_type: not a value of the tracking plan"
            ),
            (#"{"head":{"uid":"u","openid":"o"}}"#, "items: required, but missing"),
            (#"{"head":{"uid":"u","openid":"o"},"items":[]}"#, "items: must not be empty"),
            (#"{"head":{"uid":"u","openid":"o"},"items":"x"}"#, "items: expected an array of objects, found a string"),
            (#"{"head":{"uid":"u","openid":"o"},"items":[{},null]}"#, "items[1]: expected an object, found null"),
            (Parsing.item(#""event_time":"1710300000""#), "items[0].event_time: expected an integer, found a string"),
            (
                Parsing.item(#""event_time":1.0"#),
                "items[0].event_time: expected an integer, found a number with a fraction or exponent"
            ),
            (
                Parsing.item(#""page_id":1e3"#),
                "items[0].page_id: expected an integer, found a number with a fraction or exponent"
            ),
            (Parsing.item(#""page_id":-1"#), "items[0].page_id: out of range, expected 0 to 4294967295"),
            (Parsing.item(#""page_id":4294967296"#), "items[0].page_id: out of range, expected 0 to 4294967295"),
            (
                Parsing.item(#""page_id":99999999999999999999"#),
                "items[0].page_id: out of range, expected 0 to 4294967295"
            ),
            (Parsing.item(#""duration":[]"#), "items[0].duration: expected an integer, found an array"),
            (
                Parsing.item(#""event_time":1420070399"#),
                "items[0].event_time: before 2015-01-01, expected Unix seconds"
            ),
            (
                Parsing.item(#""event_time":1710300000000"#),
                "items[0].event_time: later than 24 hours from now, expected Unix seconds"
            ),
            (Parsing.item(#""channel":3"#), "items[0].channel: not a value of the tracking plan"),
            (Parsing.item(#""operate_id":10001"#), "items[0].operate_id: not a value of the tracking plan"),
            (Parsing.item(#""trace_id":7"#), "items[0].trace_id: expected a string, found an integer"),
            (Parsing.item(#""page_id":1,"page_id":1"#), "body: the same key twice in one object at byte 56"),
            (Parsing.item(#""x":1,"\u0078":2"#), "body: the same key twice in one object at byte 50"),
            (Parsing.item(#""x":{"a":1,"a":2}"#), "body: the same key twice in one object at byte 55"),
            (Parsing.item(#""page_id":01"#), "body: not JSON: malformed number at byte 54"),
            (Parsing.item(#""page_id":+1"#), "body: not JSON: unexpected character at byte 53"),
            (Parsing.item(#""trace_id":"\ud800""#), "body: an escaped surrogate without its other half at byte 61"),
            (
                Parsing.item("\"trace_id\":\"a\u{1}\""),
                "body: a control character inside a string must be escaped at byte 56"
            ),
            (
                #"{"head":{"uid":"u","openid":"o"},"items":{"channel":9}}"#,
                "items.channel: not a value of the tracking plan"
            ),
            (
                #"{"head":{"uid":"u","openid":"o"},"items":[{}]} x"#,
                "body: unexpected bytes after the JSON object at byte 47"
            ),
            (#"{"head":{"uid":"u","openid":"o"},"items":[{}"#, "body: not JSON: ends too early, at byte 44"),
        ]
    )
    func refusals(_ body: String, _ expected: String) {
        #expect(Parsing.detail(body) == expected)
    }

    @Test("counts bytes, not characters, against the limits")
    func lengths() {
        let fits = String(repeating: "é", count: 64)
        #expect(Parsing.detail(#"{"head":{"uid":"\#(fits)","openid":"o"},"items":{}}"#) == nil)
        #expect(
            Parsing.detail(#"{"head":{"uid":"\#(fits)x","openid":"o"},"items":{}}"#)
                == "head.uid: longer than 128 bytes"
        )
        let escaped = String(repeating: #"\u00e9"#, count: 65)
        #expect(
            Parsing.detail(Parsing.item(#""trace_id":"\#(escaped)""#)) == "items[0].trace_id: longer than 128 bytes"
        )
        #expect(
            Parsing.detail(#"{"head":{"uid":\#(String(repeating: "1", count: 129)),"openid":"o"},"items":{}}"#)
                == "head.uid: longer than 128 bytes"
        )
    }

    @Test("takes 1,000 items and refuses 1,001")
    func itemLimit() {
        func body(_ count: Int) -> String {
            #"{"head":{"uid":"u","openid":"o"},"items":[\#(Array(repeating: "{}", count: count).joined(separator: ","))]}"#
        }
        #expect(Parsing.detail(body(1_000)) == nil)
        #expect(Parsing.detail(body(1_001)) == "items: more than 1000 items")
    }

    @Test("takes 32 levels of nesting and refuses 33")
    func nesting() {
        func body(_ levels: Int) -> String {
            // The report is level 1.
            let inner = String(repeating: "[", count: levels - 1) + String(repeating: "]", count: levels - 1)
            return #"{"x":\#(inner),"head":{"uid":"u","openid":"o"},"items":[{}]}"#
        }
        #expect(Parsing.detail(body(32)) == nil)
        #expect(Parsing.detail(body(33))?.contains("nested deeper than 32 levels") == true)
    }

    @Test(
        "refuses what is not UTF-8",
        arguments: [
            [0xFF], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x80], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98],
        ] as [[UInt8]]
    )
    func invalidUTF8(_ bytes: [UInt8]) {
        let body = Array(#"{"head":{"uid":"12345678"#.utf8) + bytes + Array(#"","openid":"o"},"items":[{}]}"#.utf8)
        #expect(Parsing.detail(body)?.contains("invalid UTF-8") == true)
    }

    @Test("accepts every Unicode scalar, plain and escaped, and gives it back")
    func everyScalar() throws {
        for first in stride(from: UInt32(0x20), to: 0x11_0000, by: 13) {
            guard let scalar = Unicode.Scalar(first), scalar != "\"", scalar != "\\" else { continue }
            let text = String(Character(scalar))
            let units = text.utf16.map {
                "\\u" + String(repeating: "0", count: 4 - String($0, radix: 16).count) + String($0, radix: 16)
            }
            let report = try Parsing.parse(#"{"head":{"uid":"\#(text)","openid":"\#(units.joined())"},"items":{}}"#)
            #expect(report.uid == text && report.openid == text)
        }
    }

    @Test("finds a special character wherever it stands among plain ones")
    func specialsAtEveryOffset() {
        for offset in 0..<24 {
            let before = String(repeating: "a", count: offset)
            let after = String(repeating: "b", count: 24 - offset)
            #expect(Parsing.detail(#"{"head":{"uid":"\#(before)\n\#(after)","openid":"o"},"items":{}}"#) == nil)
            #expect(
                Parsing.detail("{\"head\":{\"uid\":\"\(before)\u{1F}\(after)\",\"openid\":\"o\"},\"items\":{}}")?
                    .contains("control character") == true
            )
        }
    }

    @Test("refuses every prefix of a report, and never reads behind its end")
    func prefixes() {
        let body = Array(
            #"{"x":[1.5e-3,true,false,null,{"y":"\u00e9é"}],"head":{"uid":"user","openid":1},"items":[{"event_time":1710300000,"channel":1,"operate_id":11000,"page_id":12,"pos_id":3,"prev_id":4,"trace_id":"t","duration":15}]}"#
                .utf8
        )
        #expect(Parsing.detail(body) == nil)
        for count in 0..<body.count { #expect(Parsing.detail(Array(body[..<count])) != nil) }
    }
}
