internal import CADBC
internal import EventStore

/// A batch of rows as one Arrow record batch, without a copy: the batch's columns have Arrow's layout, and the engine
/// reads them where they are.
///
/// The memory is lent for the length of one call. Nothing is freed by the engine: its `release` calls only mark.
struct ArrowRows {
    private let rows: Int
    private let schema: [Schema.Column]
    private let columns: [Column]
    /// The statement that takes such a stream. Columns are named: a later schema may have more of them.
    let statement: SQL

    init(_ rows: TableRows) {
        self.rows = rows.count
        schema = rows.schema
        columns = rows.columns.map(Column.init)
        statement = """
            INSERT INTO \(rows.table) (\(.joined(schema.map { "\(raw: $0.name)" }, separator: ", "))) \
            VALUES (\(.joined(schema.map { _ in "?" }, separator: ", ")))
            """
    }

    /// Lends the rows to `body` as a stream of one record batch.
    func withStream<Answer>(
        _ body: (inout ArrowArrayStream) throws(EngineError) -> Answer
    ) throws(EngineError) -> Answer {
        try withLent(columns[...], into: RecordBatch(rows: rows)) { records throws(EngineError) in
            var stream = records.stream()
            defer { withExtendedLifetime(records) {} }
            return try body(&stream)
        }
    }

    /// One column: how Arrow names its type, and its buffers.
    private struct Column {
        let format: StaticString
        var nulls: (count: Int, validity: [UInt8])?
        let buffers: [any LentBuffer]

        init(_ column: TableRows.Column) {
            switch column {
            case .uint8(let values): self.init("C", [values])
            case .uint16(let values): self.init("S", [values])
            case .uint32(let values): self.init("I", [values])
            case .uint64(let values): self.init("L", [values])
            case .text(let strings): self.init("u", [strings.offsets, strings.bytes])
            case .bytes(let strings): self.init("z", [strings.offsets, strings.bytes])
            case .optionalUInt32(let optional):
                self.init("I", nulls: (optional.nullCount, optional.validity), [optional.values])
            case .optionalUInt64(let optional):
                self.init("L", nulls: (optional.nullCount, optional.validity), [optional.values])
            case .optionalText(let optional):
                self.init(
                    "u",
                    nulls: (optional.nullCount, optional.validity),
                    [optional.strings.offsets, optional.strings.bytes]
                )
            }
        }

        private init(
            _ format: StaticString,
            nulls: (count: Int, validity: [UInt8])? = nil,
            _ buffers: [any LentBuffer]
        ) {
            self.format = format
            self.nulls = nulls
            self.buffers = buffers
        }
    }

    /// Pins the columns one after the other, so that every pointer is valid inside `body` and nowhere else.
    private func withLent<Answer>(
        _ rest: ArraySlice<Column>,
        into records: RecordBatch,
        _ body: (RecordBatch) throws(EngineError) -> Answer
    ) throws(EngineError) -> Answer {
        guard let column = rest.first else { return try body(records) }
        func lendBuffers(
            _ buffers: ArraySlice<any LentBuffer>,
            _ pointers: [UnsafeRawPointer?]
        ) throws(EngineError) -> Answer {
            guard let buffer = buffers.first else {
                let name = schema[rest.startIndex].name
                records.append(name, column.format, nullCount: column.nulls?.count, buffers: pointers)
                return try withLent(rest.dropFirst(), into: records, body)
            }
            return try buffer.lend { pointer throws(EngineError) in
                try lendBuffers(buffers.dropFirst(), pointers + [pointer])
            }
        }
        guard let nulls = column.nulls else { return try lendBuffers(column.buffers[...], [nil]) }
        return try lendBuffers([nulls.validity] + column.buffers, [])
    }
}

private protocol LentBuffer {
    func lend<Answer>(_ body: (UnsafeRawPointer?) throws(EngineError) -> Answer) throws(EngineError) -> Answer
}

extension Array: LentBuffer where Element: FixedWidthInteger {
    func lend<Answer>(_ body: (UnsafeRawPointer?) throws(EngineError) -> Answer) throws(EngineError) -> Answer {
        try withUnsafeBufferPointer { buffer throws(EngineError) in try body(UnsafeRawPointer(buffer.baseAddress)) }
    }
}

/// The Arrow structures that point at lent buffers. They live until this object does, which is longer than the call.
private final class RecordBatch {
    private let rows: Int
    private var schemas: [UnsafeMutablePointer<ArrowSchema>?] = []
    private var arrays: [UnsafeMutablePointer<ArrowArray>?] = []
    private var lists: [UnsafeMutableRawPointer] = []
    private var isTaken = false

    init(rows: Int) {
        self.rows = rows
    }

    deinit {
        for schema in schemas { schema?.deallocate() }
        for array in arrays { array?.deallocate() }
        for list in lists { list.deallocate() }
    }

    /// `nullCount` nil: a column without absent values, and without room for one.
    func append(_ name: StaticString, _ format: StaticString, nullCount: Int?, buffers: [UnsafeRawPointer?]) {
        let schema = UnsafeMutablePointer<ArrowSchema>.allocate(capacity: 1)
        schema.initialize(to: ArrowSchema())
        schema.pointee.format = Self.text(format)
        schema.pointee.name = Self.text(name)
        schema.pointee.flags = nullCount == nil ? 0 : Int64(ARROW_FLAG_NULLABLE)
        schema.pointee.release = { $0?.pointee.release = nil }
        schemas.append(schema)

        let array = UnsafeMutablePointer<ArrowArray>.allocate(capacity: 1)
        array.initialize(to: ArrowArray())
        array.pointee.length = Int64(rows)
        array.pointee.null_count = Int64(nullCount ?? 0)
        array.pointee.n_buffers = Int64(buffers.count)
        array.pointee.buffers = list(buffers)
        array.pointee.release = { $0?.pointee.release = nil }
        arrays.append(array)
    }

    func stream() -> ArrowArrayStream {
        var stream = ArrowArrayStream()
        stream.private_data = Unmanaged.passUnretained(self).toOpaque()
        stream.get_schema = { stream, out in
            guard let records = RecordBatch.of(stream), let out else { return RecordBatch.invalid }
            out.pointee = records.rootSchema()
            return 0
        }
        stream.get_next = { stream, out in
            guard let records = RecordBatch.of(stream), let out else { return RecordBatch.invalid }
            out.pointee = records.isTaken ? ArrowArray() : records.rootArray()
            records.isTaken = true
            return 0
        }
        stream.get_last_error = { _ in nil }
        stream.release = { $0?.pointee.release = nil }
        return stream
    }

    /// EINVAL, on every system.
    private static let invalid: Int32 = 22

    private static func of(_ stream: UnsafeMutablePointer<ArrowArrayStream>?) -> RecordBatch? {
        stream?.pointee.private_data.map { Unmanaged<RecordBatch>.fromOpaque($0).takeUnretainedValue() }
    }

    private func rootSchema() -> ArrowSchema {
        for schema in schemas { schema?.pointee.release = { $0?.pointee.release = nil } }
        var root = ArrowSchema()
        root.format = Self.text("+s")
        root.name = Self.text("")
        root.n_children = Int64(schemas.count)
        root.children = list(schemas)
        root.release = { $0?.pointee.release = nil }
        return root
    }

    private func rootArray() -> ArrowArray {
        var root = ArrowArray()
        root.length = Int64(rows)
        root.n_buffers = 1
        root.buffers = list([UnsafeRawPointer?.none])
        root.n_children = Int64(arrays.count)
        root.children = list(arrays)
        root.release = { $0?.pointee.release = nil }
        return root
    }

    private func list<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
        let list = UnsafeMutablePointer<Element>.allocate(capacity: elements.count)
        list.initialize(from: elements, count: elements.count)
        lists.append(UnsafeMutableRawPointer(list))
        return list
    }

    private static func text(_ text: StaticString) -> UnsafePointer<CChar> {
        UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
    }
}
