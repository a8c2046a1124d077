import FootprintClient
import Testing

@Suite struct LineSlicerTests {
    private static func slice(_ line: String) throws -> (kind: LineSlicer.Kind, head: String, item: String) {
        var slicer = LineSlicer()
        var line = line
        let result = try line.withUTF8 { bytes in
            Result { try slicer.slice(UnsafeRawBufferPointer(bytes)) }
        }.get()
        return (result, String(decoding: slicer.head, as: UTF8.self), String(decoding: slicer.item, as: UTF8.self))
    }

    @Test(
        "a flat event becomes a head and an item, every value byte for byte",
        arguments: [
            (
                #"{"uid":"42","openid":"o","event_time":1,"page_id":7}"#,
                #"{"uid":"42","openid":"o"}"#, #"{"event_time":1,"page_id":7}"#
            ),
            // Digits that no Double holds, and the order of the line.
            (
                #" { "page_id" : 7 , "openid":340282366920938463463374607431768211456, "uid":9007199254740993 } "#,
                #"{"uid":9007199254740993,"openid":340282366920938463463374607431768211456}"#, #"{"page_id" : 7}"#
            ),
            (
                #"{"business_type":1,"device_type":2,"uid":"a","openid":"b"}"#,
                #"{"uid":"a","openid":"b","device_type":2,"business_type":1}"#, "{}"
            ),
            // Unknown members go along, whatever they hold.
            (
                #"{"uid":"a","x":{"uid":"inner","l":[1,[2,{"]":"}"}]]},"y":"\"},{\\","z":null}"#,
                #"{"uid":"a"}"#, #"{"x":{"uid":"inner","l":[1,[2,{"]":"}"}]]},"y":"\"},{\\","z":null}"#
            ),
            // A key that is there twice is the server's to refuse.
            (
                #"{"uid":"a","uid":"b","page_id":1,"page_id":2}"#, #"{"uid":"a","uid":"b"}"#,
                #"{"page_id":1,"page_id":2}"#
            ),
            // Values that are wrong are the server's to judge as well.
            (#"{"uid":tru,"page_id":1.5e3}"#, #"{"uid":tru}"#, #"{"page_id":1.5e3}"#),
            ("{}", "{}", "{}"),
        ]
    )
    func flat(_ line: String, _ head: String, _ item: String) throws {
        let sliced = try Self.slice(line)
        #expect(sliced == (.event, head, item))
    }

    @Test(
        "a line with a head is a report",
        arguments: [
            (#"{"head":{"uid":"a"},"items":[{"a":[1,2]},{"b":{}}]}"#, 2), (#"{"items":[],"head":{}}"#, 0),
            (#"{"items":[ ],"head":{}}"#, 0), (#"{"head":{},"items":{"page_id":1}}"#, 1), (#"{"head":null}"#, 0),
        ]
    )
    func report(_ line: String, _ items: Int) throws {
        #expect(try Self.slice(line).kind == .report(items: items))
    }

    @Test("an empty line is nothing", arguments: ["", " ", "\t \r"])
    func blank(_ line: String) throws {
        #expect(try Self.slice(line).kind == .blank)
    }

    @Test(
        "a line that could leak into its neighbours is refused here",
        arguments: [
            ("hello", "not a JSON object"), ("[1]", "not a JSON object"), ("7", "not a JSON object"),
            ("{", "not JSON: ends too early"), (#"{"a""#, "not JSON: ends too early"),
            (#"{"a":1"#, "not JSON: ends too early"), (#"{"a":"x}"#, "not JSON: ends too early"),
            (#"{"a":"x\"#, "not JSON: ends too early"), (#"{"a":[1,2}"#, "not JSON: unexpected character at byte 9"),
            (#"{"a":1},"b":2}"#, "unexpected bytes after the JSON object"),
            (#"{"a":1]},{"x":1}"#, "not JSON: unexpected character at byte 6"),
            (#"{"a":1,}"#, "not JSON: unexpected character at byte 7"),
            (#"{"a" 1}"#, "not JSON: unexpected character at byte 5"),
            (#"{"a":}"#, "not JSON: unexpected character at byte 5"),
            (#"{a:1}"#, "not JSON: unexpected character at byte 1"),
        ]
    )
    func malformed(_ line: String, _ reason: String) {
        #expect(throws: LineSlicer.Malformed(description: reason)) { try Self.slice(line) }
    }

    @Test("nesting is bounded")
    func nesting() throws {
        let deep = { (levels: Int) in
            #"{"a":"# + String(repeating: "[", count: levels) + String(repeating: "]", count: levels) + "}"
        }
        #expect(try Self.slice(deep(64)).kind == .event)
        #expect(throws: LineSlicer.Malformed(description: "nested deeper than 64 levels")) { try Self.slice(deep(65)) }
    }
}
