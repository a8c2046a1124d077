import Insights

extension JSONValue {
    var elements: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    var members: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }

    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var unsigned: UInt32? {
        if case .int(let value) = self { UInt32(exactly: value) } else { nil }
    }

    var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .uint(let value): Double(value)
        case .double(let value): value
        case .null, .bool, .string, .array, .object: nil
        }
    }
}
