internal import CADBC
internal import EventStore

typealias ArrowStream = ArrowArrayStream

/// What comes back from a statement: a stream of blocks of columns.
enum Answer {
    /// The whole answer as rows of values.
    static func read(_ stream: inout ArrowStream) throws(EngineError) -> ResultSet {
        let (names, types) = try columns(&stream)
        var answer = ResultSet(columns: names, rows: [])
        try forEach(&stream) { block throws(EngineError) in
            var values: [ArrowValues] = []
            for (index, type) in types.enumerated() {
                values.append(try ArrowValues(type, try column(index, block)))
            }
            let first = Int(block.offset)
            for row in first..<first + Int(block.length) { answer.rows.append(values.map { $0[row] }) }
        }
        return answer
    }

    static func forEachBlock(
        _ stream: inout ArrowStream,
        _ body: ([UnsafeBufferPointer<UInt64>]) -> Void
    ) throws(EngineError) {
        let (names, types) = try columns(&stream)
        for (name, type) in zip(names, types) {
            guard case .uint(bytes: 8) = type else { throw EngineError("the column \(name) is not UInt64") }
        }
        try forEach(&stream) { block throws(EngineError) in
            var buffers: [UnsafeBufferPointer<UInt64>] = []
            for index in types.indices {
                let values = try column(index, block)
                guard values.null_count == 0, values.n_buffers == 2 else {
                    throw EngineError("the column \(names[index]) has absent values")
                }
                let start = values.buffers?[1]?.assumingMemoryBound(to: UInt64.self)
                buffers.append(
                    UnsafeBufferPointer(
                        start: start.map { $0 + Int(values.offset + block.offset) },
                        count: start == nil ? 0 : Int(block.length)
                    )
                )
            }
            body(buffers)
        }
    }

    private static func columns(_ stream: inout ArrowStream) throws(EngineError) -> ([String], [ArrowType]) {
        var schema = ArrowSchema()
        guard let get = stream.get_schema, get(&stream, &schema) == 0 else { throw lastError(&stream) }
        defer { schema.release?(&schema) }
        var names: [String] = []
        var types: [ArrowType] = []
        for index in 0..<Int(schema.n_children) {
            guard let child = schema.children?[index]?.pointee else { throw EngineError("an answer lacks a column") }
            names.append(child.name.map { String(cString: $0) } ?? "")
            types.append(try ArrowType(child))
        }
        return (names, types)
    }

    private static func forEach(
        _ stream: inout ArrowStream,
        _ body: (ArrowArray) throws(EngineError) -> Void
    ) throws(EngineError) {
        while true {
            var block = ArrowArray()
            guard let next = stream.get_next, next(&stream, &block) == 0 else { throw lastError(&stream) }
            guard block.release != nil else { return }
            defer { block.release?(&block) }
            try body(block)
        }
    }

    private static func column(_ index: Int, _ block: ArrowArray) throws(EngineError) -> ArrowArray {
        guard index < Int(block.n_children), let column = block.children?[index] else {
            throw EngineError("an answer lacks a column")
        }
        return column.pointee
    }

    private static func lastError(_ stream: inout ArrowStream) -> EngineError {
        EngineError(stream.get_last_error?(&stream).map { String(cString: $0) } ?? "the answer broke off")
    }
}
