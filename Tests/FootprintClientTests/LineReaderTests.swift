import FootprintClient
import Testing

@Suite struct LineReaderTests {
    /// The lines of `text`, fed in pieces of `chunk` bytes; `nil` stands for one that is too long.
    private static func lines(_ text: String, chunk: Int, limit: Int = 1_000) -> [String?] {
        var reader = LineReader(limitBytes: limit)
        var lines: [String?] = []
        var numbers: [Int] = []
        let take = { (number: Int, line: LineReader.Line) in
            numbers.append(number)
            switch line {
            case .text(let bytes): lines.append(String(decoding: bytes, as: UTF8.self))
            case .tooLong: lines.append(nil)
            }
        }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            Array(rest.prefix(chunk)).withUnsafeBytes { reader.feed($0, take) }
            rest = rest.dropFirst(chunk)
        }
        reader.finish(take)
        #expect(numbers == Array(1..<(numbers.count + 1)))
        return lines
    }

    @Test(
        "lines are the same however the bytes come",
        arguments: [
            ("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\nb", ["a", "b"]), ("\n\na\n", ["", "", "a"]),
            ("a\r\nb\r\n", ["a", "b"]), ("\u{FEFF}a\n\u{FEFF}b", ["a", "\u{FEFF}b"]), ("用户\n👩‍👩‍👧\n", ["用户", "👩‍👩‍👧"]),
        ]
    )
    func pieces(_ text: String, _ expected: [String]) {
        for chunk in [1, 2, 3, 7, 1_000] {
            #expect(Self.lines(text, chunk: chunk) == expected)
        }
    }

    @Test(
        "a line over the limit is reported once and not held, and the next one is whole",
        arguments: [1, 3, 64, 1_000]
    )
    func tooLong(chunk: Int) {
        let long = String(repeating: "x", count: 11)
        let exact = String(repeating: "y", count: 10)
        #expect(
            Self.lines("a\n\(long)\n\(exact)\nb\n\(long)", chunk: chunk, limit: 10) == ["a", nil, exact, "b", nil]
        )
    }
}
