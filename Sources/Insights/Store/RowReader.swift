import EventStore

/// Reads a row's values in the order its statement names them. A value of another type than the statement promises is
/// an engine we do not know, and an error, never a guess.
struct RowReader {
    private let values: [ResultSet.Value]
    private var next = 0

    init(_ values: [ResultSet.Value]) {
        self.values = values
    }

    mutating func integer() throws(QuestionError) -> Int64 {
        guard let value = try optionalInteger() else { throw mismatch("an integer") }
        return value
    }

    mutating func optionalInteger() throws(QuestionError) -> Int64? {
        try Self.integer(of: try value(), or: mismatch("an integer"))
    }

    mutating func optionalUnsigned() throws(QuestionError) -> UInt64? {
        let value = try value()
        guard value != .null else { return nil }
        return try Self.unsigned(value, or: mismatch("an unsigned integer"))
    }

    mutating func double() throws(QuestionError) -> Double {
        switch try value() {
        case .double(let value): return value
        case .int(let value): return Double(value)
        case .uint(let value): return Double(value)
        default: throw mismatch("a number")
        }
    }

    mutating func string() throws(QuestionError) -> String {
        guard let value = try optionalString() else { throw mismatch("a string") }
        return value
    }

    mutating func optionalString() throws(QuestionError) -> String? {
        switch try value() {
        case .null: return nil
        case .string(let value): return value
        default: throw mismatch("a string")
        }
    }

    mutating func integers() throws(QuestionError) -> [Int64] {
        let elements = try array()
        let mismatch = mismatch("an array of integers")
        return try elements.map { element throws(QuestionError) in
            guard let integer = try Self.integer(of: element, or: mismatch) else { throw mismatch }
            return integer
        }
    }

    mutating func unsigneds() throws(QuestionError) -> [UInt64] {
        let elements = try array()
        let mismatch = mismatch("an array of unsigned integers")
        return try elements.map { element throws(QuestionError) in try Self.unsigned(element, or: mismatch) }
    }

    private mutating func array() throws(QuestionError) -> [ResultSet.Value] {
        guard case .array(let elements) = try value() else { throw mismatch("an array") }
        return elements
    }

    private static func unsigned(_ value: ResultSet.Value, or mismatch: QuestionError) throws(QuestionError) -> UInt64 {
        switch value {
        case .uint(let value): return value
        case .int(let value) where value >= 0: return UInt64(value)
        default: throw mismatch
        }
    }

    private static func integer(
        of value: ResultSet.Value,
        or mismatch: QuestionError
    ) throws(QuestionError) -> Int64? {
        switch value {
        case .null: return nil
        case .int(let value): return value
        case .bool(let value): return value ? 1 : 0
        case .uint(let value):
            guard let value = Int64(exactly: value) else { throw mismatch }
            return value
        default: throw mismatch
        }
    }

    private mutating func value() throws(QuestionError) -> ResultSet.Value {
        guard next < values.count else { throw mismatch("another column") }
        next += 1
        return values[next - 1]
    }

    private func mismatch(_ expected: String) -> QuestionError {
        let found = next > 0 ? "\(values[next - 1])" : "nothing"
        return .store(.refused(message: "the engine's column \(next): expected \(expected), found \(found)", code: nil))
    }
}
