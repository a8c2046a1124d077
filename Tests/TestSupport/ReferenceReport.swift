import Reports

/// The contract's rules over a tree, written without a look at the parser: slow, plain, and only for comparison.
package enum ReferenceReport {
    package static func accepts(_ body: [UInt8]) -> Bool {
        guard let text = String(validating: body, as: UTF8.self), let tree = try? JSONTree.parse(text),
            case .object(let report) = tree, case .object(let head)? = report["head"], identifier(head["uid"]),
            identifier(head["openid"]), optional(head["device_type"], allowed: [1, 2]),
            optional(head["business_type"], allowed: [1])
        else { return false }
        switch report["items"] {
        case .array(let items)?: return (1...1_000).contains(items.count) && items.allSatisfy(item)
        case .object?: return item(report["items"] ?? .null)
        default: return false
        }
    }

    private static func item(_ tree: JSONTree) -> Bool {
        guard case .object(let fields) = tree else { return false }
        for name in ["page_id", "pos_id", "prev_id"] where !optional(fields[name], in: "0"..."4294967295") {
            return false
        }
        guard optional(fields["duration"], in: "0"..."9223372036854775807"),
            optional(fields["event_time"], in: "1420070400"...String(Parsing.now + 86_400)),
            optional(fields["channel"], allowed: [1, 2]), optional(fields["operate_id"], allowed: [10000, 11000])
        else { return false }
        switch fields["trace_id"] {
        case nil, .null?: return true
        case .string(let text)?: return text.utf8.count <= 128
        default: return false
        }
    }

    private static func identifier(_ tree: JSONTree?) -> Bool {
        switch tree {
        case .string(let text)?: (1...128).contains(text.utf8.count)
        case .number(let digits)?: isInteger(digits) && digits.utf8.count <= 128
        default: false
        }
    }

    private static func optional(_ tree: JSONTree?, allowed: [Int]) -> Bool {
        switch tree {
        case nil, .null?: true
        case .number(let digits)?: Int(digits).map(allowed.contains) ?? false
        default: false
        }
    }

    /// Compares digits by length and then letter by letter: no number is too large.
    private static func optional(_ tree: JSONTree?, in range: ClosedRange<String>) -> Bool {
        switch tree {
        case nil, .null?: return true
        case .number(let digits)?:
            guard isInteger(digits) else { return false }
            let plain = digits == "-0" ? "0" : digits
            guard plain.first != "-" else { return false }
            func atMost(_ left: String, _ right: String) -> Bool { (left.count, left) <= (right.count, right) }
            return atMost(range.lowerBound, plain) && atMost(plain, range.upperBound)
        default: return false
        }
    }

    private static func isInteger(_ digits: String) -> Bool { digits.allSatisfy { $0 == "-" || $0.isNumber } }
}

/// JSON by RFC 8259 as a tree; keys compared by their scalars, twice the same is an error; 32 levels.
enum JSONTree {
    case null
    case bool
    case number(String)
    case string(String)
    case array([JSONTree])
    indirect case object(Fields)

    struct Failure: Error {}

    struct Fields {
        var pairs: [(key: [UInt8], value: JSONTree)] = []

        subscript(name: String) -> JSONTree? { pairs.first { $0.key.elementsEqual(name.utf8) }?.value }
    }

    static func parse(_ text: String) throws -> JSONTree {
        var rest = Substring.UnicodeScalarView(text.unicodeScalars)
        let tree = try value(&rest, depth: 0)
        space(&rest)
        guard rest.isEmpty else { throw Failure() }
        return tree
    }

    private static func space(_ rest: inout Substring.UnicodeScalarView) {
        while let first = rest.first, " \t\n\r".unicodeScalars.contains(first) { rest.removeFirst() }
    }

    private static func value(_ rest: inout Substring.UnicodeScalarView, depth: Int) throws -> JSONTree {
        space(&rest)
        guard let first = rest.first else { throw Failure() }
        switch first {
        case "{":
            guard depth < 32 else { throw Failure() }
            return try object(&rest, depth: depth + 1)
        case "[":
            guard depth < 32 else { throw Failure() }
            return try array(&rest, depth: depth + 1)
        case "\"": return .string(try string(&rest))
        case "t":
            try word("true", &rest)
            return .bool
        case "f":
            try word("false", &rest)
            return .bool
        case "n":
            try word("null", &rest)
            return .null
        default: return .number(try number(&rest))
        }
    }

    private static func word(_ word: String, _ rest: inout Substring.UnicodeScalarView) throws {
        guard rest.starts(with: word.unicodeScalars) else { throw Failure() }
        rest.removeFirst(word.unicodeScalars.count)
    }

    private static func take(_ scalar: Unicode.Scalar, _ rest: inout Substring.UnicodeScalarView) -> Bool {
        space(&rest)
        guard rest.first == scalar else { return false }
        rest.removeFirst()
        return true
    }

    private static func object(_ rest: inout Substring.UnicodeScalarView, depth: Int) throws -> JSONTree {
        rest.removeFirst()
        var fields = Fields()
        if take("}", &rest) { return .object(fields) }
        repeat {
            space(&rest)
            guard rest.first == "\"" else { throw Failure() }
            let key = Array(try string(&rest).utf8)
            guard take(":", &rest), !fields.pairs.contains(where: { $0.key == key }) else { throw Failure() }
            fields.pairs.append((key, try value(&rest, depth: depth)))
        } while take(",", &rest)
        guard take("}", &rest) else { throw Failure() }
        return .object(fields)
    }

    private static func array(_ rest: inout Substring.UnicodeScalarView, depth: Int) throws -> JSONTree {
        rest.removeFirst()
        var elements: [JSONTree] = []
        if take("]", &rest) { return .array(elements) }
        repeat { elements.append(try value(&rest, depth: depth)) } while take(",", &rest)
        guard take("]", &rest) else { throw Failure() }
        return .array(elements)
    }

    private static func string(_ rest: inout Substring.UnicodeScalarView) throws -> String {
        rest.removeFirst()
        var units: [UInt16] = []
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"":
                guard let text = String(validating: units, as: UTF16.self) else { throw Failure() }
                return text
            case "\\":
                guard let letter = rest.popFirst() else { throw Failure() }
                switch letter {
                case "\"", "\\", "/": units.append(UInt16(letter.value))
                case "b": units.append(8)
                case "f": units.append(12)
                case "n": units.append(10)
                case "r": units.append(13)
                case "t": units.append(9)
                case "u":
                    let digits = String(String.UnicodeScalarView(rest.prefix(4)))
                    guard digits.count == 4, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }),
                        let unit = UInt16(digits, radix: 16)
                    else { throw Failure() }
                    rest.removeFirst(4)
                    units.append(unit)
                default: throw Failure()
                }
            case _ where scalar.value < 0x20: throw Failure()
            default: units.append(contentsOf: String(scalar).utf16)
            }
        }
        throw Failure()
    }

    private static func number(_ rest: inout Substring.UnicodeScalarView) throws -> String {
        let text = String(String.UnicodeScalarView(rest.prefix { "+-.0123456789eE".unicodeScalars.contains($0) }))
        guard text.wholeMatch(of: #/-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/#) != nil else { throw Failure() }
        rest.removeFirst(text.unicodeScalars.count)
        return text
    }
}
