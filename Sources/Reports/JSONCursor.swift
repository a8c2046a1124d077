/// A strict reader of JSON bytes (RFC 8259) that moves forward only and keeps nothing: the syntax half of the parser.
///
/// Works on borrowed memory: a cursor must not outlive the buffer it was made from, which is why it never leaves
/// `ReportParser.parse`. Every read is checked against `end`; the eight-byte reads are guarded by a distance check.
struct JSONCursor {
    let base: UnsafePointer<UInt8>
    let end: UnsafePointer<UInt8>
    var position: UnsafePointer<UInt8>

    /// Bytes borrowed from the body, or from scratch where the body spelled them with escapes.
    struct Slice {
        var start: UnsafePointer<UInt8>
        var count: Int
    }

    init(_ base: UnsafePointer<UInt8>, count: Int) {
        self.base = base
        position = base
        end = base + count
    }

    @inline(__always)
    var remaining: Int { end - position }

    // MARK: - Structure

    /// The next byte that is not white space, without taking it; nil at the end.
    @inline(__always)
    mutating func peek() -> UInt8? {
        while position < end {
            let byte = position.pointee
            if byte > 0x20 { return byte }
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            position += 1
        }
        return nil
    }

    /// Takes the next byte that is not white space if it is `byte`.
    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    @inline(__always)
    mutating func expect(_ byte: UInt8) throws(Rejection) {
        guard take(byte) else { throw syntaxError() }
    }

    /// Takes `null`; false, and nothing taken, where the value begins otherwise.
    @inline(__always)
    mutating func takeNull() throws(Rejection) -> Bool {
        guard peek() == UInt8(ascii: "n") else { return false }
        try literal("null")
        return true
    }

    private mutating func literal(_ word: StaticString) throws(Rejection) {
        let count = word.utf8CodeUnitCount
        guard remaining >= count else {
            position = end
            throw syntaxError()
        }
        for index in 0..<count where position[index] != word.utf8Start[index] {
            position += index
            throw syntaxError()
        }
        position += count
    }

    /// Takes these very bytes if they stand here: a key as it is nearly always spelled, closing quote included.
    @inline(__always)
    mutating func take(spelled bytes: StaticString) -> Bool {
        let count = bytes.utf8CodeUnitCount
        guard remaining >= count else { return false }
        for index in 0..<count where position[index] != bytes.utf8Start[index] { return false }
        position += count
        return true
    }

    @inline(never)
    func syntaxError() -> Rejection {
        position < end ? fault(.notJSON) : fault(.endsTooEarly)
    }

    @inline(never)
    func fault(_ reason: Rejection.Reason) -> Rejection {
        Rejection(reason, at: .body(byte: position - base))
    }

    // MARK: - Strings

    /// Reads a string whose opening quote was taken. Returns the bytes where they stand, or, where the body escapes
    /// any, unescaped in `scratch`, which must hold `limit + 4` bytes; nil where they are more than `limit`.
    @inline(__always)
    mutating func string(scratch: UnsafeMutablePointer<UInt8>, limit: Int) throws(Rejection) -> Slice? {
        let start = position
        try skipPlainCharacters()
        if position < end, position.pointee == UInt8(ascii: "\"") {
            let count = position - start
            position += 1
            return count <= limit ? Slice(start: start, count: count) : nil
        }
        return try unescape(from: start, scratch: scratch, limit: limit)
    }

    /// Takes the rest of a string whose opening quote was taken, checking it.
    mutating func skipString() throws(Rejection) {
        while true {
            try skipPlainCharacters()
            guard position < end else { throw syntaxError() }
            if position.pointee == UInt8(ascii: "\"") {
                position += 1
                return
            }
            position += 1
            _ = try escapedScalar()
        }
    }

    /// The unescaped bytes of a string whose opening quote was taken, whatever their number: for keys nobody expects.
    mutating func ownedString() throws(Rejection) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let start = position
            try skipPlainCharacters()
            bytes.append(contentsOf: UnsafeBufferPointer(start: start, count: position - start))
            guard position < end else { throw syntaxError() }
            if position.pointee == UInt8(ascii: "\"") {
                position += 1
                return bytes
            }
            position += 1
            bytes.append(contentsOf: String(try escapedScalar()).utf8)
        }
    }

    private mutating func unescape(
        from start: UnsafePointer<UInt8>,
        scratch: UnsafeMutablePointer<UInt8>,
        limit: Int
    ) throws(Rejection) -> Slice? {
        var count = 0
        var runStart = start
        while true {
            let run = position - runStart
            guard count + run <= limit else {
                try skipString()
                return nil
            }
            (scratch + count).update(from: runStart, count: run)
            count += run
            guard position < end else { throw syntaxError() }
            if position.pointee == UInt8(ascii: "\"") {
                position += 1
                return Slice(start: UnsafePointer(scratch), count: count)
            }
            position += 1
            for byte in String(try escapedScalar()).utf8 {
                scratch[count] = byte
                count += 1
            }
            runStart = position
            try skipPlainCharacters()
        }
    }

    /// Moves to the closing quote, a backslash or the end, over valid UTF-8 without control characters.
    @inline(__always)
    private mutating func skipPlainCharacters() throws(Rejection) {
        while true {
            // Eight bytes at a time while none is a quote, a backslash, a control character or outside ASCII.
            while remaining >= 8 {
                let word = UnsafeRawPointer(position).loadUnaligned(as: UInt64.self).littleEndian
                let quote = word ^ 0x2222_2222_2222_2222
                let slash = word ^ 0x5C5C_5C5C_5C5C_5C5C
                let ones: UInt64 = 0x0101_0101_0101_0101
                let highs: UInt64 = 0x8080_8080_8080_8080
                let special =
                    ((quote &- ones) & ~quote | (slash &- ones) & ~slash | (word &- 0x2020_2020_2020_2020) | word)
                    & highs
                guard special == 0 else {
                    // Borrows move upwards only: the lowest flagged byte is exact, and nothing below it is special.
                    position += special.trailingZeroBitCount >> 3
                    break
                }
                position += 8
            }
            guard position < end else { return }
            let byte = position.pointee
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
            if byte < 0x20 { throw fault(.controlCharacter) }
            if byte < 0x80 { position += 1 } else { try skipMultibyteScalar() }
        }
    }

    /// One scalar outside ASCII, as Unicode 15 table 3-7 allows it: no overlong form, no surrogate, none over U+10FFFF.
    private mutating func skipMultibyteScalar() throws(Rejection) {
        let lead = position.pointee
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        case 0xF1...0xF3: length = 4
        default: throw fault(.invalidUTF8)
        }
        guard remaining >= length, second.contains(position[1]) else { throw fault(.invalidUTF8) }
        for index in 2..<max(length, 2) where position[index] & 0xC0 != 0x80 { throw fault(.invalidUTF8) }
        position += length
    }

    /// The scalar of an escape whose backslash was taken; both halves of a surrogate pair.
    private mutating func escapedScalar() throws(Rejection) -> Unicode.Scalar {
        guard position < end else { throw syntaxError() }
        let letter = position.pointee
        position += 1
        switch letter {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default:
            position -= 1
            throw fault(.invalidEscape)
        }
        let first = try fourHexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, remaining >= 2, position[0] == UInt8(ascii: "\\"), position[1] == UInt8(ascii: "u") else {
            throw fault(.loneSurrogate)
        }
        position += 2
        let second = try fourHexDigits()
        guard 0xDC00...0xDFFF ~= second,
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw fault(.loneSurrogate) }
        return scalar
    }

    private mutating func fourHexDigits() throws(Rejection) -> UInt32 {
        guard remaining >= 4 else {
            position = end
            throw syntaxError()
        }
        var value: UInt32 = 0
        for _ in 0..<4 {
            let byte = position.pointee
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw fault(.invalidEscape)
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    // MARK: - Numbers

    /// Takes a plain integer from 0 to `maximum`, as nearly all are; nil, and nothing taken, where anything is odd
    /// about it: sign, fraction, exponent, leading zero, too large, no number at all.
    @inline(__always)
    mutating func takePlainInteger(maximum: UInt64) -> UInt64? {
        guard let first = peek() else { return nil }
        var value = UInt64(first &- UInt8(ascii: "0"))
        guard value < 10 else { return nil }
        var here = position + 1
        if value != 0 {
            // Nineteen digits cannot overflow; longer ones take the checked way.
            let stop = min(end, position + 19)
            while here < stop {
                let digit = here.pointee &- UInt8(ascii: "0")
                guard digit < 10 else { break }
                value = value &* 10 &+ UInt64(digit)
                here += 1
            }
        }
        if here < end {
            let next = here.pointee
            guard next &- UInt8(ascii: "0") >= 10, next != UInt8(ascii: "."), next | 0x20 != UInt8(ascii: "e") else {
                return nil
            }
        }
        guard value <= maximum else { return nil }
        position = here
        return value
    }

    /// Takes a number token as RFC 8259 spells it; says whether it is an integer.
    mutating func number() throws(Rejection) -> (slice: Slice, isInteger: Bool) {
        let start = position
        var isInteger = true
        if position < end, position.pointee == UInt8(ascii: "-") { position += 1 }
        if position < end, position.pointee == UInt8(ascii: "0") {
            position += 1
            if isAtDigit { throw fault(.invalidNumber) }
        } else {
            try digits()
        }
        if position < end, position.pointee == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try digits()
        }
        if position < end, position.pointee | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            if position < end, position.pointee == UInt8(ascii: "+") || position.pointee == UInt8(ascii: "-") {
                position += 1
            }
            try digits()
        }
        return (Slice(start: start, count: position - start), isInteger)
    }

    @inline(__always)
    private var isAtDigit: Bool { position < end && position.pointee &- UInt8(ascii: "0") < 10 }

    private mutating func digits() throws(Rejection) {
        guard isAtDigit else { throw position < end ? fault(.invalidNumber) : syntaxError() }
        repeat { position += 1 } while isAtDigit
    }

    // MARK: - Values nobody asked for

    /// Takes any value and checks it. `depth` is the level of the object or array around it.
    ///
    /// - Parameter allowsRepeats: a key may stand twice in one object: that was refused already.
    mutating func skipValue(depth: Int, allowsRepeats: Bool = false) throws(Rejection) {
        switch peek() {
        case UInt8(ascii: "\"")?:
            position += 1
            try skipString()
        case UInt8(ascii: "{")?:
            guard depth < ReportLimits.nestingDepth else { throw fault(.tooDeep) }
            try skipObject(depth: depth + 1, allowsRepeats)
        case UInt8(ascii: "[")?:
            guard depth < ReportLimits.nestingDepth else { throw fault(.tooDeep) }
            try skipArray(depth: depth + 1, allowsRepeats)
        case UInt8(ascii: "t")?: try literal("true")
        case UInt8(ascii: "f")?: try literal("false")
        case UInt8(ascii: "n")?: try literal("null")
        case UInt8(ascii: "-")?, (UInt8(ascii: "0")...UInt8(ascii: "9"))?: _ = try number()
        default: throw syntaxError()
        }
    }

    private mutating func skipObject(depth: Int, _ allowsRepeats: Bool) throws(Rejection) {
        position += 1
        if take(UInt8(ascii: "}")) { return }
        var keys: Set<[UInt8]> = []
        repeat {
            try expect(UInt8(ascii: "\""))
            let keyStart = position
            if allowsRepeats {
                try skipString()
            } else if !keys.insert(try ownedString()).inserted {
                position = keyStart
                throw fault(.duplicateKey)
            }
            try expect(UInt8(ascii: ":"))
            try skipValue(depth: depth, allowsRepeats: allowsRepeats)
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
    }

    private mutating func skipArray(depth: Int, _ allowsRepeats: Bool) throws(Rejection) {
        position += 1
        if take(UInt8(ascii: "]")) { return }
        repeat { try skipValue(depth: depth, allowsRepeats: allowsRepeats) } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
    }
}
