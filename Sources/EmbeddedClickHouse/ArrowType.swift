internal import CADBC
internal import EventStore

/// The type of a column of an answer, out of Arrow's format string.
///
/// https://arrow.apache.org/docs/format/CDataInterface.html#data-type-description-format-strings
indirect enum ArrowType {
    case null
    case bool
    case int(bytes: Int)
    case uint(bytes: Int)
    case float
    case double
    /// Bytes with offsets of 4 or 8 bytes.
    case text(large: Bool)
    case fixedBytes(Int)
    case decimal(scale: Int, bytes: Int)
    /// Days since 1970.
    case date
    /// Since 1970, in units of 10^-digits seconds.
    case timestamp(digits: Int, zone: String)
    case list(ArrowType, large: Bool)
    case fixedList(ArrowType, count: Int)
    case tuple([ArrowType])
    case dictionary(index: ArrowType, values: ArrowType)

    init(_ schema: ArrowSchema) throws(EngineError) {
        let format = schema.format.map { String(cString: $0) } ?? ""
        if let values = schema.dictionary {
            self = .dictionary(index: try Self.plain(format, schema), values: try ArrowType(values.pointee))
        } else {
            self = try Self.plain(format, schema)
        }
    }

    private static func plain(_ format: String, _ schema: ArrowSchema) throws(EngineError) -> ArrowType {
        switch format {
        case "n": return .null
        case "b": return .bool
        case "c": return .int(bytes: 1)
        case "s": return .int(bytes: 2)
        case "i": return .int(bytes: 4)
        case "l": return .int(bytes: 8)
        case "C": return .uint(bytes: 1)
        case "S": return .uint(bytes: 2)
        case "I": return .uint(bytes: 4)
        case "L": return .uint(bytes: 8)
        case "f": return .float
        case "g": return .double
        case "u", "z": return .text(large: false)
        case "U", "Z": return .text(large: true)
        case "tdD": return .date
        case "+l", "+m": return .list(try child(0, schema), large: false)
        case "+L": return .list(try child(0, schema), large: true)
        case "+s":
            var fields: [ArrowType] = []
            for index in 0..<Int(schema.n_children) { fields.append(try child(index, schema)) }
            return .tuple(fields)
        default:
            break
        }
        let argument = format.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).last.map(
            String.init
        )
        if format.hasPrefix("w:"), let size = argument.flatMap({ Int($0) }), size > 0 {
            return .fixedBytes(size)
        }
        if format.hasPrefix("+w:"), let count = argument.flatMap({ Int($0) }), count >= 0 {
            return .fixedList(try child(0, schema), count: count)
        }
        if format.hasPrefix("d:"), let numbers = argument?.split(separator: ",").map({ Int($0) }) {
            let bits = numbers.count > 2 ? numbers[2] : 128
            if numbers.count >= 2, let scale = numbers[1], let bits, [32, 64, 128, 256].contains(bits) {
                return .decimal(scale: scale, bytes: bits / 8)
            }
        }
        for (prefix, digits) in [("tss:", 0), ("tsm:", 3), ("tsu:", 6), ("tsn:", 9)] where format.hasPrefix(prefix) {
            return .timestamp(digits: digits, zone: argument ?? "")
        }
        throw unknown(format, schema)
    }

    private static func child(_ index: Int, _ schema: ArrowSchema) throws(EngineError) -> ArrowType {
        guard index < Int(schema.n_children), let child = schema.children?[index] else {
            throw unknown("a list without a type", schema)
        }
        return try ArrowType(child.pointee)
    }

    private static func unknown(_ format: String, _ schema: ArrowSchema) -> EngineError {
        let name = schema.name.map { String(cString: $0) } ?? ""
        return EngineError(
            "the column \(name) has a type (\(format)) that cannot be shown: convert it, for instance with toString()"
        )
    }
}
