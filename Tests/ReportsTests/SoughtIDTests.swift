import Reports
import Testing

@Suite("An id is found in a refused report as it was meant")
struct SoughtIDTests {
    private func isMentioned(_ sought: SoughtID, _ body: String) -> Bool {
        Array(body.utf8).withUnsafeBytes { sought.isMentioned(in: $0) }
    }

    @Test(arguments: [
        (#"{"head":{"uid":"42"}}"#, true),
        (#"{"head":{"uid": 42 ,"openid":1}}"#, true),
        (#"{"head":{"UID":"42"}"#, true),
        (#"{head:{uid:"42"}}"#, true),
        (#"{"head":{"uid":"\u0034\u0032"}}"#, true),
        (#"{"head":{"uid":"42"},"items":[{"page_id":"x"#, true),
        (#"{"head":{"uid":"42x"}}"#, false),
        (#"{"head":{"uid":"x 42 y"}}"#, false),
        (#"{"head":{"uid":"\"uid\":\"42\""}}"#, false),
        (#"{"head":{"uid":142}}"#, false),
        (#"{"head":{"uid":42.5}}"#, false),
        (#"{"head":{"openid":"42","page_id":42}}"#, false),
        (#"{"uid":["42"]}"#, false),
        (#"{"uid":"42"#, false),
        (#"["uid","42"]"#, false),
        ("", false),
        (#"{"uid":"#, false),
        (#"{"uid":"\u00"#, false),
    ])
    func users(body: String, expected: Bool) {
        #expect(isMentioned(SoughtID(.uid, "42"), body) == expected)
    }

    @Test(arguments: [
        (#"{"items":[{"trace_id":"a"},{"trace_id":"t"}]}"#, true),
        (#"{"items":[{"traceId":"t"}]}"#, true),
        (#"{"items":[{"trace_id":null,"x":"t"}]}"#, false),
        (#"{"items":[{"uid":"t"}]}"#, false),
        (#"{"items":[{"trace_id":t}]}"#, false),
    ])
    func traces(body: String, expected: Bool) {
        #expect(isMentioned(SoughtID(.traceID, "t"), body) == expected)
    }

    @Test(arguments: [
        ("小明", #"{"uid":"小明"}"#), ("小明", #"{"uid":"\u5c0f\u660e"}"#), ("😀", #"{"uid":"\ud83d\ude00"}"#),
        ("a\"b", #"{"uid":"a\"b"}"#), ("a\\b", #"{"uid":"a\\b"}"#), ("a/b", #"{"uid":"a\/b"}"#),
        ("a\nb", #"{"uid":"a\nb"}"#), ("it's", #"{"uid":"it's"}"#),
    ])
    func spellings(id: String, body: String) {
        #expect(isMentioned(SoughtID(.uid, id), body))
        #expect(!isMentioned(SoughtID(.uid, id + "x"), body))
    }

    @Test("any bytes are read to their end")
    func anyBytes() {
        var generator = SystemRandomNumberGenerator()
        let pieces = [#"""#, #"\"#, #"\u"#, ":", "uid", "42", "d83d", "{", "}", ",", " ", "é"]
        for _ in 0..<2_000 {
            let body = (0..<Int.random(in: 0...30, using: &generator))
                .compactMap { _ in pieces.randomElement(using: &generator) }.joined()
            _ = isMentioned(SoughtID(.uid, "42"), body)
        }
    }
}
