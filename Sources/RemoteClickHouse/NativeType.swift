/// The type of a column as an answer names it, as far as it says how values are laid out.
indirect enum NativeType: Equatable {
    case uint(bytes: Int)
    case int(bytes: Int)
    case bool, float, double, text, nothing
    case fixedText(bytes: Int)
    case enumeration(bytes: Int, names: [Int64: String])
    case optional(NativeType)
    case array(NativeType)
    case tuple([NativeType])
    case unknown(String)

    init(_ name: String) {
        let head = String(name.prefix { $0 != "(" })
        let arguments = name.count > head.count ? Self.split(name.dropFirst(head.count + 1).dropLast()) : []
        switch head {
        case "UInt8": self = .uint(bytes: 1)
        // Days and seconds since 1970, as numbers: questions ask for them so.
        case "UInt16", "Date": self = .uint(bytes: 2)
        case "UInt32", "DateTime": self = .uint(bytes: 4)
        case "UInt64": self = .uint(bytes: 8)
        case "Int8": self = .int(bytes: 1)
        case "Int16": self = .int(bytes: 2)
        case "Int32", "Date32": self = .int(bytes: 4)
        case "Int64", "DateTime64": self = .int(bytes: 8)
        case "Bool": self = .bool
        case "Float32": self = .float
        case "Float64": self = .double
        case "String": self = .text
        case "Nothing": self = .nothing
        case "FixedString": self = arguments.first.flatMap { Int($0) }.map { .fixedText(bytes: $0) } ?? .unknown(name)
        case "Enum8": self = .enumeration(bytes: 1, names: Self.names(arguments))
        case "Enum16": self = .enumeration(bytes: 2, names: Self.names(arguments))
        case "Nullable": self = arguments.first.map { .optional(NativeType($0)) } ?? .unknown(name)
        case "Array": self = arguments.first.map { .array(NativeType($0)) } ?? .unknown(name)
        // Elements may be named: `Tuple(page UInt32, pos UInt32)`.
        case "Tuple": self = .tuple(arguments.map { NativeType(Self.withoutName($0)) })
        default: self = .unknown(name)
        }
    }

    /// Whether it may be the name of a type at all, and not a piece of another format.
    static func isName(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, ("A"..."Z").contains(first) else { return false }
        return text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x7F && $0 != "{" && $0 != "\"" }
    }

    /// What stands between commas, at this level of parentheses and outside of quotes.
    private static func split(_ text: Substring) -> [String] {
        var parts: [String] = []
        var part = ""
        var depth = 0
        var isQuoted = false
        var isEscaped = false
        for character in text {
            switch character {
            case _ where isEscaped: isEscaped = false
            case "\\" where isQuoted: isEscaped = true
            case "'": isQuoted.toggle()
            case "(" where !isQuoted: depth += 1
            case ")" where !isQuoted: depth -= 1
            case "," where !isQuoted && depth == 0:
                parts.append(part)
                part = ""
                continue
            default: break
            }
            if part.isEmpty, character == " " { continue }
            part.append(character)
        }
        return part.isEmpty && parts.isEmpty ? [] : parts + [part]
    }

    private static func withoutName(_ element: String) -> String {
        let head = element.prefix { $0 != " " && $0 != "(" }
        return element.dropFirst(head.count).first == " " ? String(element.dropFirst(head.count + 1)) : element
    }

    /// `'shown' = 1`
    private static func names(_ arguments: [String]) -> [Int64: String] {
        var names: [Int64: String] = [:]
        for argument in arguments {
            guard let equals = argument.lastIndex(of: "="),
                let number = Int64(argument[argument.index(after: equals)...].filter { $0 != " " })
            else { continue }
            let quoted = argument[..<equals].drop { $0 == " " || $0 == "'" }
            names[number] = String(quoted.reversed().drop { $0 == " " || $0 == "'" }.reversed())
        }
        return names
    }
}
