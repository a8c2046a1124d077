internal import EventStore

/// Reads an answer in ClickHouse's Native format; see ``NativeRows`` for how a block is laid out.
struct NativeAnswer {
    private let bytes: [UInt8]
    private var position = 0

    /// - Throws: ``StoreError/unavailable(_:)`` where the answer broke off, ``StoreError/refused(message:code:)`` where it
    ///   has a column that is not read here.
    static func read(_ bytes: [UInt8]) throws(StoreError) -> ResultSet {
        var answer = NativeAnswer(bytes: bytes)
        var result = ResultSet(columns: [], rows: [])
        while answer.position < bytes.count { try answer.readBlock(into: &result) }
        return result
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func readBlock(into result: inout ResultSet) throws(StoreError) {
        let columns = try varint()
        let rows = try varint()
        // Each column has a name and a type at least, so that these bounds hold for every whole answer.
        guard columns <= bytes.count, rows <= bytes.count || columns == 0 else { throw Self.notNative }
        var names: [String] = []
        var values: [[ResultSet.Value]] = []
        for _ in 0..<columns {
            names.append(try text())
            let type = try text()
            values.append(try self.values(of: NativeType(type), count: rows))
        }
        if result.columns.isEmpty { result.columns = names }
        result.rows.reserveCapacity(result.rows.count + rows)
        for row in 0..<rows { result.rows.append(values.map { $0[row] }) }
    }

    // MARK: - Columns

    private mutating func values(of type: NativeType, count: Int) throws(StoreError) -> [ResultSet.Value] {
        switch type {
        case .uint(bytes: 1): return try numbers(count, UInt8.self).map { .uint(UInt64($0)) }
        case .uint(bytes: 2): return try numbers(count, UInt16.self).map { .uint(UInt64($0)) }
        case .uint(bytes: 4): return try numbers(count, UInt32.self).map { .uint(UInt64($0)) }
        case .uint: return try numbers(count, UInt64.self).map { .uint($0) }
        case .int(bytes: 1): return try numbers(count, Int8.self).map { .int(Int64($0)) }
        case .int(bytes: 2): return try numbers(count, Int16.self).map { .int(Int64($0)) }
        case .int(bytes: 4): return try numbers(count, Int32.self).map { .int(Int64($0)) }
        case .int: return try numbers(count, Int64.self).map { .int($0) }
        case .bool: return try numbers(count, UInt8.self).map { .bool($0 != 0) }
        case .float: return try numbers(count, UInt32.self).map { .double(Double(Float(bitPattern: $0))) }
        case .double: return try numbers(count, UInt64.self).map { .double(Double(bitPattern: $0)) }
        case .nothing: return try numbers(count, UInt8.self).map { _ in .null }
        case .enumeration(bytes: 1, let names):
            return try numbers(count, Int8.self).map { .string(names[Int64($0)] ?? String($0)) }
        case .enumeration(_, let names):
            return try numbers(count, Int16.self).map { .string(names[Int64($0)] ?? String($0)) }
        case .fixedText(let width):
            let all = try take(count, of: width)
            return (0..<count).map { row in
                let text = all.dropFirst(row * width).prefix(width)
                // Without the zeros that fill it up.
                return .string(String(decoding: text.prefix(text.reversed().drop { $0 == 0 }.count), as: UTF8.self))
            }
        case .text:
            var values: [ResultSet.Value] = []
            values.reserveCapacity(count)
            for _ in 0..<count { values.append(.string(try text())) }
            return values
        case .optional(let inner):
            let absences = try numbers(count, UInt8.self)
            let values = try self.values(of: inner, count: count)
            return zip(absences, values).map { $0 == 0 ? $1 : .null }
        case .array(let element):
            let ends = try numbers(count, UInt64.self).map { Int(clamping: $0) }
            let elements = try values(of: element, count: ends.last ?? 0)
            var start = 0
            var values: [ResultSet.Value] = []
            values.reserveCapacity(count)
            for end in ends {
                guard end >= start, end <= elements.count else { throw Self.notNative }
                values.append(.array(Array(elements[start..<end])))
                start = end
            }
            return values
        case .tuple(let elements):
            var columns: [[ResultSet.Value]] = []
            for element in elements { columns.append(try values(of: element, count: count)) }
            return (0..<count).map { row in .array(columns.map { $0[row] }) }
        case .unknown(let name) where !NativeType.isName(name): throw Self.notNative
        case .unknown(let name):
            throw .refused(
                message: "a column of the answer is of the type \(name), which cannot be shown: use toString(…) on it",
                code: nil
            )
        }
    }

    private mutating func numbers<Number: FixedWidthInteger & BitwiseCopyable>(
        _ count: Int,
        _: Number.Type
    ) throws(StoreError) -> [Number] {
        let width = MemoryLayout<Number>.size
        return try take(count, of: width).withUnsafeBytes { bytes in
            (0..<count).map { Number(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * width, as: Number.self)) }
        }
    }

    // MARK: - Bytes

    private mutating func take(_ count: Int, of width: Int = 1) throws(StoreError) -> ArraySlice<UInt8> {
        let (size, isTooLarge) = count.multipliedReportingOverflow(by: width)
        guard !isTooLarge, size >= 0, size <= bytes.count - position else {
            throw .unavailable("the answer broke off")
        }
        defer { position += size }
        return bytes[position..<position + size]
    }

    private mutating func text() throws(StoreError) -> String {
        String(decoding: try take(try varint()), as: UTF8.self)
    }

    private mutating func varint() throws(StoreError) -> Int {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 63, by: 7) {
            guard let byte = try take(1).first else { break }
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte & 0x80 == 0 { return Int(value) }
        }
        throw Self.notNative
    }

    private static let notNative = StoreError.refused(
        message: "the answer has another form than asked for: leave FORMAT out of the statement",
        code: nil
    )
}
