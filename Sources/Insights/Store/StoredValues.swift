package import EventStore

extension JSONValue {
    /// A value of a result, as it is.
    package init(stored value: ResultSet.Value) {
        switch value {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .uint(let value): self = .uint(value)
        case .double(let value): self = .double(value)
        case .string(let value): self = .string(value)
        case .array(let values): self = .array(values.map(JSONValue.init(stored:)))
        }
    }
}
