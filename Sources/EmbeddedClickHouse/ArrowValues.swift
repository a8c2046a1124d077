internal import CADBC
internal import EventStore

/// One column of one block of an answer, read value by value.
///
/// For answers that people look at. A column of millions is read with
/// ``EmbeddedClickHouse/forEachBlock(_:limits:_:)``.
struct ArrowValues {
    private let type: ArrowType
    private let array: ArrowArray
    private let children: [ArrowValues]

    init(_ type: ArrowType, _ array: ArrowArray) throws(EngineError) {
        self.type = type
        self.array = array
        var children: [ArrowValues] = []
        switch type {
        case .list(let element, _), .fixedList(let element, _):
            children = [try ArrowValues(element, try Self.child(0, array))]
        case .tuple(let fields):
            for (index, field) in fields.enumerated() {
                children.append(try ArrowValues(field, try Self.child(index, array)))
            }
        case .dictionary(let index, let values):
            guard let dictionary = array.dictionary else { throw EngineError("an answer lacks its dictionary") }
            var indexes = array
            indexes.dictionary = nil
            children = [try ArrowValues(index, indexes), try ArrowValues(values, dictionary.pointee)]
        default:
            break
        }
        self.children = children
    }

    private static func child(_ index: Int, _ array: ArrowArray) throws(EngineError) -> ArrowArray {
        guard index < Int(array.n_children), let child = array.children?[index] else {
            throw EngineError("an answer lacks a nested column")
        }
        return child.pointee
    }

    subscript(row: Int) -> ResultSet.Value {
        let position = row + Int(array.offset)
        if isNull(position) { return .null }
        switch type {
        case .null:
            return .null
        case .bool:
            return .bool(bit(1, position))
        case .int(let bytes):
            return .int(signed(bytes, position))
        case .uint(let bytes):
            return .uint(unsigned(bytes, position))
        case .float:
            return .double(Double(load(1, position, as: Float.self)))
        case .double:
            return .double(load(1, position, as: Double.self))
        case .text(let large):
            let range = offsets(large, position)
            return .string(text(2, range))
        case .fixedBytes(let size):
            return .string(Self.readable(slice(1, position * size..<(position + 1) * size)))
        case .decimal(let scale, let bytes):
            return .string(DecimalText.decimal(slice(1, position * bytes..<(position + 1) * bytes), scale: scale))
        case .date:
            return .string(CalendarText.date(days: Int64(load(1, position, as: Int32.self))))
        case .timestamp(let digits, let zone):
            return .string(CalendarText.timestamp(load(1, position, as: Int64.self), digits: digits, zone: zone))
        case .list(_, let large):
            return .array(offsets(large, position).map { children[0][$0] })
        case .fixedList(_, let count):
            return .array((position * count..<(position + 1) * count).map { children[0][$0] })
        case .tuple:
            return .array(children.map { $0[position] })
        case .dictionary:
            // Rows of the index are counted from the column's own offset, which it carries too.
            switch children[0][row] {
            case .int(let index): return children[1][Int(index)]
            case .uint(let index): return children[1][Int(index)]
            default: return .null
            }
        }
    }

    private func isNull(_ position: Int) -> Bool {
        if case .dictionary = type { return false }
        guard array.null_count != 0, array.n_buffers > 0, let validity = array.buffers?[0] else { return false }
        return validity.load(fromByteOffset: position >> 3, as: UInt8.self) & (1 << UInt8(position & 7)) == 0
    }

    private func buffer(_ index: Int) -> UnsafeRawPointer? {
        index < Int(array.n_buffers) ? array.buffers?[index] : nil
    }

    private func load<Number: BitwiseCopyable>(_ index: Int, _ position: Int, as: Number.Type) -> Number
    where Number: Numeric {
        buffer(index)?.loadUnaligned(fromByteOffset: position * MemoryLayout<Number>.stride, as: Number.self) ?? 0
    }

    private func bit(_ index: Int, _ position: Int) -> Bool {
        load(index, position >> 3, as: UInt8.self) & (1 << UInt8(position & 7)) != 0
    }

    private func signed(_ bytes: Int, _ position: Int) -> Int64 {
        switch bytes {
        case 1: Int64(load(1, position, as: Int8.self))
        case 2: Int64(load(1, position, as: Int16.self))
        case 4: Int64(load(1, position, as: Int32.self))
        default: load(1, position, as: Int64.self)
        }
    }

    private func unsigned(_ bytes: Int, _ position: Int) -> UInt64 {
        switch bytes {
        case 1: UInt64(load(1, position, as: UInt8.self))
        case 2: UInt64(load(1, position, as: UInt16.self))
        case 4: UInt64(load(1, position, as: UInt32.self))
        default: load(1, position, as: UInt64.self)
        }
    }

    private func offsets(_ large: Bool, _ position: Int) -> Range<Int> {
        let bounds =
            large
            ? (Int(load(1, position, as: Int64.self)), Int(load(1, position + 1, as: Int64.self)))
            : (Int(load(1, position, as: Int32.self)), Int(load(1, position + 1, as: Int32.self)))
        return bounds.0..<max(bounds.0, bounds.1)
    }

    private func slice(_ index: Int, _ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: buffer(index).map { $0 + range.lowerBound },
            count: buffer(index) == nil ? 0 : range.count
        )
    }

    private func text(_ index: Int, _ range: Range<Int>) -> String {
        String(decoding: slice(index, range), as: UTF8.self)
    }

    /// Bytes of a fixed number that are text (FixedString) as text, without the zeros that fill it up; others
    /// (UUID, IPv6, 128-bit numbers) as hexadecimal digits, in the order they are kept.
    private static func readable(_ bytes: UnsafeRawBufferPointer) -> String {
        let filled = bytes.prefix(bytes.reversed().drop { $0 == 0 }.count)
        if let text = String(validating: filled, as: UTF8.self), text.unicodeScalars.allSatisfy({ $0.value >= 0x20 }) {
            return text
        }
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
