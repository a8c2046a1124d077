package import Reports

/// The contract's and a plan's rules over a tree, written without a look at the parser: slow, plain, and only for
/// comparison.
package struct ReferenceReport {
    private let plan: TrackingPlan

    package static func accepts(_ body: [UInt8], plan: TrackingPlan = .contract) -> Bool {
        ReferenceReport(plan: plan).accepts(body)
    }

    private func accepts(_ body: [UInt8]) -> Bool {
        guard let text = String(validating: body, as: UTF8.self), let tree = try? JSONTree.parse(text),
            case .object(let report) = tree, case .object(let head)? = report["head"], Self.identifier(head["uid"]),
            Self.identifier(head["openid"]), Self.optional(head["device_type"], allowed: plan.deviceTypes.keys),
            Self.optional(head["business_type"], allowed: plan.businessTypes.keys)
        else { return false }
        switch report["items"] {
        case .array(let items)?: return (1...1_000).contains(items.count) && items.allSatisfy { item($0, head: head) }
        case .object?: return item(report["items"] ?? .null, head: head)
        default: return false
        }
    }

    private func item(_ tree: JSONTree, head: JSONTree.Fields) -> Bool {
        guard case .object(let fields) = tree else { return false }
        for name in ["page_id", "pos_id", "prev_id"] {
            guard Self.optional(fields[name], from: "0", to: "4294967295") else { return false }
            let isOpen = name == "pos_id" ? plan.positionsOpen : plan.pagesOpen
            let known = name == "pos_id" ? plan.positions.keys : plan.pages.keys
            guard isOpen || Self.optional(fields[name], allowed: known) else { return false }
        }
        guard Self.optional(fields["duration"], from: "0", to: "9223372036854775807"),
            Self.optional(fields["event_time"], from: "1420070400", to: String(Parsing.now + 86_400)),
            Self.optional(fields["channel"], allowed: plan.channels.keys),
            Self.optional(fields["operate_id"], allowed: plan.operations.keys),
            Self.traceID(fields["trace_id"])
        else { return false }
        guard let operation = Self.value(fields["operate_id"]).flatMap(UInt32.init).flatMap({ plan.operations[$0] })
        else { return true }
        if let channel = Self.value(fields["channel"]), !operation.channels.isEmpty {
            guard operation.channels.map(String.init).contains(channel) else { return false }
        }
        for field in operation.required {
            let name = "\(field.name)"
            let isOfHead = name == "device_type" || name == "business_type"
            switch isOfHead ? head[name] : fields[name] {
            case nil, .null?: return false
            default: break
            }
        }
        return operation.ranges.allSatisfy { range in
            Self.optional(fields["\(range.field.name)"], from: String(range.minimum), to: String(range.maximum))
        }
    }

    private static func traceID(_ tree: JSONTree?) -> Bool {
        switch tree {
        case nil, .null?: true
        case .string(let text)?: text.utf8.count <= 128
        default: false
        }
    }

    private static func identifier(_ tree: JSONTree?) -> Bool {
        switch tree {
        case .string(let text)?: (1...128).contains(text.utf8.count)
        case .number(let digits)?: isInteger(digits) && digits.utf8.count <= 128
        default: false
        }
    }

    /// An integer's digits, without the sign of `-0`.
    private static func value(_ tree: JSONTree?) -> String? {
        guard case .number(let digits)? = tree, isInteger(digits) else { return nil }
        return digits == "-0" ? "0" : digits
    }

    private static func optional(_ tree: JSONTree?, allowed: some Collection<UInt32>) -> Bool {
        switch tree {
        case nil, .null?: true
        default: value(tree).map { allowed.map(String.init).contains($0) } ?? false
        }
    }

    /// Compares digits by length and then letter by letter: no number is too large.
    private static func optional(_ tree: JSONTree?, from minimum: String, to maximum: String) -> Bool {
        switch tree {
        case nil, .null?: return true
        default:
            guard let plain = value(tree), plain.first != "-" else { return false }
            func atMost(_ left: String, _ right: String) -> Bool { (left.count, left) <= (right.count, right) }
            return atMost(minimum, plain) && atMost(plain, maximum)
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
