/// Takes a JSON line apart as far as sending needs: a whole report stays as it is, a flat event becomes a head and an
/// item. Values are copied byte for byte, so that no digit of a large number is lost, and unknown members stay.
///
/// Checks structure only (strings end, brackets match): enough that one line can never leak into its neighbours in a
/// report. Everything else is the server's to judge.
package struct LineSlicer: Sendable {
    package enum Kind: Sendable, Equatable {
        case blank
        /// The line is a report, with this many items as far as can be told.
        case report(items: Int)
        /// ``head`` and ``item`` hold its two parts.
        case event
    }

    package struct Malformed: Error, Sendable, Equatable, CustomStringConvertible {
        package let description: String

        package init(description: String) {
            self.description = description
        }
    }

    /// The head of the last event, as a JSON object: uid, openid, device_type, business_type in this order whatever the
    /// line's order, so that equal heads are equal bytes.
    package private(set) var head: [UInt8] = []
    /// The item of the last event, as a JSON object.
    package private(set) var item: [UInt8] = []
    private var headMembers: [(field: Int, start: Int, end: Int)] = []

    package init() {}

    package mutating func slice(_ line: UnsafeRawBufferPointer) throws(Malformed) -> Kind {
        var scan = JSONStructure(line)
        scan.skipSpace()
        if scan.isAtEnd { return .blank }
        head.removeAll(keepingCapacity: true)
        item.removeAll(keepingCapacity: true)
        headMembers.removeAll(keepingCapacity: true)
        item.append(UInt8(ascii: "{"))
        var isReport = false
        var itemCount = 0

        guard scan.take(UInt8(ascii: "{")) else { throw Malformed(description: "not a JSON object") }
        if !scan.take(UInt8(ascii: "}")) {
            repeat {
                scan.skipSpace()
                let start = scan.position
                let key = try scan.string()
                let name = Member(key, in: line)
                guard scan.take(UInt8(ascii: ":")) else { throw scan.unexpected() }
                scan.skipSpace()
                let elements = try scan.value()
                switch name {
                case .head: isReport = true
                case .items: itemCount = elements
                case .headField(let field): headMembers.append((field, start, scan.position))
                case .other: break
                }
                if case .headField = name { continue }
                if item.count > 1 { item.append(UInt8(ascii: ",")) }
                item += line[start..<scan.position]
            } while scan.take(UInt8(ascii: ","))
            guard scan.take(UInt8(ascii: "}")) else { throw scan.unexpected() }
        }
        scan.skipSpace()
        guard scan.isAtEnd else { throw Malformed(description: "unexpected bytes after the JSON object") }
        if isReport { return .report(items: itemCount) }
        item.append(UInt8(ascii: "}"))
        writeHead(from: line)
        return .event
    }

    private mutating func writeHead(from line: UnsafeRawBufferPointer) {
        head.append(UInt8(ascii: "{"))
        for field in Member.headFields.indices {
            // A key that is there twice goes along twice: the server's rule about that is the server's to apply.
            for member in headMembers where member.field == field {
                if head.count > 1 { head.append(UInt8(ascii: ",")) }
                head += line[member.start..<member.end]
            }
        }
        head.append(UInt8(ascii: "}"))
    }

    /// What a top-level key says about the line.
    private enum Member {
        case head, items, other
        case headField(Int)

        static let headFields = ["uid", "openid", "device_type", "business_type"].map { Array($0.utf8) }
        private static let headKey = Array("head".utf8)
        private static let itemsKey = Array("items".utf8)

        init(_ key: Range<Int>, in line: UnsafeRawBufferPointer) {
            let bytes = UnsafeRawBufferPointer(rebasing: line[key])
            switch bytes.count {
            case 4 where bytes.elementsEqual(Self.headKey): self = .head
            case 5 where bytes.elementsEqual(Self.itemsKey): self = .items
            case 3, 6, 11, 13:
                let field = Self.headFields.firstIndex { $0.count == bytes.count && bytes.elementsEqual($0) }
                self = field.map { .headField($0) } ?? .other
            default: self = .other
            }
        }
    }
}

/// A cursor that knows where JSON values end, and nothing of what they mean.
struct JSONStructure {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    func unexpected() -> LineSlicer.Malformed {
        LineSlicer.Malformed(
            description: isAtEnd
                ? "not JSON: ends too early" : "not JSON: unexpected character at byte \(position)"
        )
    }

    mutating func skipSpace() {
        while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
    }

    mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    /// Takes a string; returns where its content lies.
    mutating func string() throws(LineSlicer.Malformed) -> Range<Int> {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw unexpected() }
        position += 1
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return start..<position - 1
            case UInt8(ascii: "\\"): position += 2
            default: position += 1
            }
        }
        position = bytes.count
        throw unexpected()
    }

    /// Takes one value; returns how many elements it has where it is an array, otherwise 1.
    mutating func value() throws(LineSlicer.Malformed) -> Int {
        guard position < bytes.count else { throw unexpected() }
        switch bytes[position] {
        case UInt8(ascii: "\""):
            _ = try string()
            return 1
        case UInt8(ascii: "{"), UInt8(ascii: "["): return try container()
        default:
            let start = position
            while position < bytes.count, Self.isScalar(bytes[position]) { position += 1 }
            guard position > start else { throw unexpected() }
            return 1
        }
    }

    /// Brackets by a stack of one bit a level (1: object), so that depth costs nothing; deeper than 64 is far past the
    /// contract's 32.
    private mutating func container() throws(LineSlicer.Malformed) -> Int {
        var kinds: UInt64 = 0
        var depth = 0
        var commas = 0
        var isEmpty = true
        let isArray = bytes[position] == UInt8(ascii: "[")
        repeat {
            guard position < bytes.count else { throw unexpected() }
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard depth < 64 else { throw LineSlicer.Malformed(description: "nested deeper than 64 levels") }
                if depth > 0 { isEmpty = false }
                kinds = kinds << 1 | (byte == UInt8(ascii: "{") ? 1 : 0)
                depth += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard kinds & 1 == (byte == UInt8(ascii: "}") ? 1 : 0) else { throw unexpected() }
                kinds >>= 1
                depth -= 1
                position += 1
            case UInt8(ascii: "\""):
                isEmpty = false
                _ = try string()
            case UInt8(ascii: ","):
                if depth == 1 { commas += 1 }
                position += 1
            case UInt8(ascii: ":"): position += 1
            default:
                if Self.isSpace(byte) {
                    position += 1
                    continue
                }
                guard Self.isScalar(byte) else { throw unexpected() }
                isEmpty = false
                position += 1
            }
        } while depth > 0
        return isArray ? (isEmpty ? 0 : commas + 1) : 1
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    /// A byte of a number, true, false or null.
    private static func isScalar(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
