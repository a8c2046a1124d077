import Insights
import Testing

@Suite struct JSONReadingTests {
    @Test(
        "an answer reads as it was written",
        arguments: [
            "null", "true", "-7", "18446744073709551615", "0.25", "\"a\"", "[]", "{}",
            #"[1,[2,[]],{"b":1,"a":[null]}]"#,
            #"{"z":1,"a":"用户 \"x\" \\ \n","z2":[true,false]}"#,
        ]
    )
    func roundTrip(_ json: String) throws {
        let value = try #require(JSONValue(parsing: Array(json.utf8)))
        #expect(String(decoding: value.encoded(), as: UTF8.self) == json)
    }

    @Test("escapes of every kind")
    func escapes() {
        let json = #" "\u00e9\ud83d\ude00\/\b\f\r\t" "#
        #expect(JSONValue(parsing: Array(json.utf8)) == .string("é😀/\u{08}\u{0C}\r\t"))
    }

    @Test(
        "what is no JSON is nil",
        arguments: [
            "", "{", "[1", "[1,]", "{\"a\"}", "tru", "\"a", "1 2", #""\ud800""#, String(repeating: "[", count: 1_000),
        ]
    )
    func malformed(_ json: String) {
        #expect(JSONValue(parsing: Array(json.utf8)) == nil)
    }
}
