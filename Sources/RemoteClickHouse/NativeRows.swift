internal import EventStore

/// Rows for a table in ClickHouse's Native format: one block, column after column.
///
///     columns rows │ name type values… │ name type values… │ …
///     varint  varint   text text
///
/// Texts are a varint of their bytes and the bytes; numbers are little-endian; a Nullable column is a byte a row (1:
/// absent) and then all its values, absent ones as 0 or the empty text.
struct NativeRows {
    private(set) var bytes: [UInt8] = []
    private let chosen: [Int]?
    private let count: Int

    /// - Parameter chosen: which of the rows, ascending; nil: all.
    init(_ rows: TableRows, chosen: [Int]?, marked mark: (name: StaticString, value: UInt64)? = nil) {
        self.chosen = chosen
        count = chosen?.count ?? rows.count
        bytes.reserveCapacity(count * 160)
        append(varint: rows.columns.count + (mark == nil ? 0 : 1))
        append(varint: count)
        for (column, values) in zip(rows.schema, rows.columns) {
            append(text: "\(column.name)".utf8)
            append(text: "\(column.type)".utf8)
            append(values)
        }
        if let mark {
            append(text: "\(mark.name)".utf8)
            append(text: "UInt64".utf8)
            append(numbers: [UInt64](repeating: mark.value, count: rows.count))
        }
    }

    private mutating func append(_ column: TableRows.Column) {
        switch column {
        case .uint8(let values): append(numbers: values)
        case .uint16(let values): append(numbers: values)
        case .uint32(let values): append(numbers: values)
        case .uint64(let values): append(numbers: values)
        case .text(let strings), .bytes(let strings): append(texts: strings)
        case .optionalUInt32(let optional):
            append(absences: optional.validity)
            append(numbers: optional.values)
        case .optionalUInt64(let optional):
            append(absences: optional.validity)
            append(numbers: optional.values)
        case .optionalText(let optional):
            append(absences: optional.validity)
            append(texts: optional.strings)
        }
    }

    private mutating func append(numbers: [some FixedWidthInteger]) {
        func append(_ numbers: [some FixedWidthInteger]) {
            numbers.withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
        if let chosen { append(chosen.map { numbers[$0].littleEndian }) } else { append(numbers.map(\.littleEndian)) }
    }

    private mutating func append(texts: StringColumn) {
        if let chosen {
            for row in chosen { append(text: texts[row]) }
        } else {
            for row in 0..<count { append(text: texts[row]) }
        }
    }

    private mutating func append(absences validity: [UInt8]) {
        func absence(_ row: Int) -> UInt8 { validity[row >> 3] & (1 << UInt8(row & 7)) == 0 ? 1 : 0 }
        if let chosen {
            bytes.append(contentsOf: chosen.lazy.map(absence))
        } else {
            bytes.append(contentsOf: (0..<count).lazy.map(absence))
        }
    }

    private mutating func append(text: some Collection<UInt8>) {
        append(varint: text.count)
        bytes.append(contentsOf: text)
    }

    /// Seven bits a byte, the lowest first; the high bit says that more follow.
    private mutating func append(varint value: Int) {
        var left = UInt64(value)
        while left >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: left) | 0x80)
            left >>= 7
        }
        bytes.append(UInt8(left))
    }
}
