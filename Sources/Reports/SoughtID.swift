/// An id that somebody looks for: where is the event that carries it?
package struct SoughtID: Sendable, Equatable {
    package enum Field: String, Sendable {
        case traceID = "trace_id"
        case uid
    }

    package let field: Field
    package let text: String
    private let bytes: [UInt8]
    /// ``field`` as ``LooseJSON`` spells keys.
    private let key: [UInt8]

    package init(_ field: Field, _ text: String) {
        self.field = field
        self.text = text
        bytes = Array(text.utf8)
        key = field.rawValue.utf8.filter { $0 != UInt8(ascii: "_") }
    }

    /// Whether a report that was refused gives this field this value, as far as its text can be read: a body that is
    /// no JSON, or a key in another spelling (`traceId`), is what reports are refused for.
    package func isMentioned(in body: UnsafeRawBufferPointer) -> Bool {
        var reader = LooseJSON(body)
        while let member = reader.next() {
            if member.key == key, member.value == bytes { return true }
        }
        return false
    }

    /// Whether a stored report, or an item of it, carries this id.
    package func isCarried(by report: StoredReport) throws(StoredReport.Unreadable) -> Bool {
        switch field {
        case .uid: return report.uid.elementsEqual(bytes)
        case .traceID:
            var found = false
            try report.forEachItem { _, item in
                if !found, let trace = item.traceID, trace.count == bytes.count, trace.elementsEqual(bytes) {
                    found = true
                }
            }
            return found
        }
    }
}

/// Reads the members of text that may or may not be JSON: each key with the string or the integer behind its colon.
///
/// Nothing is an error. What cannot be a member is passed over, and a string that the text's end cuts is none.
struct LooseJSON {
    private let text: UnsafeRawBufferPointer
    private var position = 0
    private var last: [UInt8]?
    private var awaited: [UInt8]?

    init(_ text: UnsafeRawBufferPointer) {
        self.text = text
    }

    /// The next member whose value is a string (its escapes resolved) or an integer (as it is written). The key is in
    /// small letters, without `_` and `-`.
    mutating func next() -> (key: [UInt8], value: [UInt8])? {
        while position < text.count {
            let byte = text[position]
            switch byte {
            case UInt8(ascii: ":"):
                position += 1
                awaited = last.map(Self.plainKey)
                last = nil
            case UInt8(ascii: "\""):
                guard let string = string() else { return nil }
                if let member = member(string) { return member }
            case let byte where Self.isOfWords(byte):
                let start = position
                while position < text.count, Self.isOfWords(text[position]) { position += 1 }
                let word = Array(text[start..<position])
                let digits = word.first == UInt8(ascii: "-") ? word.dropFirst() : word[...]
                let isInteger = !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
                if awaited != nil, !isInteger {
                    awaited = nil
                } else if let member = member(word) {
                    return member
                }
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                position += 1
            default:
                position += 1
                (last, awaited) = (nil, nil)
            }
        }
        return nil
    }

    /// A value where one is awaited, else what may become a key.
    private mutating func member(_ token: [UInt8]) -> (key: [UInt8], value: [UInt8])? {
        guard let key = awaited else {
            last = token
            return nil
        }
        awaited = nil
        return (key, token)
    }

    private static func plainKey(_ key: [UInt8]) -> [UInt8] {
        key.compactMap { byte in
            switch byte {
            case UInt8(ascii: "_"), UInt8(ascii: "-"): nil
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            default: byte
            }
        }
    }

    /// What stands without quotes: numbers, and keys of those who write JavaScript.
    private static func isOfWords(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"),
            UInt8(ascii: "."), 0x80...:
            true
        default: false
        }
    }

    /// The string that begins here; nil where the text ends before it does.
    private mutating func string() -> [UInt8]? {
        position += 1
        var value: [UInt8] = []
        while position < text.count {
            let byte = text[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return value
            case UInt8(ascii: "\\"): escape(into: &value)
            default: value.append(byte)
            }
        }
        return nil
    }

    private mutating func escape(into value: inout [UInt8]) {
        guard position < text.count else { return }
        let letter = text[position]
        position += 1
        switch letter {
        case UInt8(ascii: "n"): value.append(UInt8(ascii: "\n"))
        case UInt8(ascii: "r"): value.append(UInt8(ascii: "\r"))
        case UInt8(ascii: "t"): value.append(UInt8(ascii: "\t"))
        case UInt8(ascii: "b"): value.append(0x08)
        case UInt8(ascii: "f"): value.append(0x0C)
        case UInt8(ascii: "u"):
            if let scalar = scalar() { value += Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter) }
        default: value.append(letter)
        }
    }

    /// Four digits, and four more where those are the first half of a pair; nil, and what follows read as text, where
    /// they are none.
    private mutating func scalar() -> Unicode.Scalar? {
        guard let first = fourDigits(at: position) else { return nil }
        position += 4
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, position + 6 <= text.count, text[position] == UInt8(ascii: "\\"),
            text[position + 1] == UInt8(ascii: "u"), let second = fourDigits(at: position + 2),
            (0xDC00...0xDFFF).contains(second)
        else { return nil }
        position += 6
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    }

    private func fourDigits(at start: Int) -> UInt32? {
        guard start + 4 <= text.count else { return nil }
        let digits = text[start..<start + 4]
        guard digits.first != UInt8(ascii: "+") else { return nil }
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
