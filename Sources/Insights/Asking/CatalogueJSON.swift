extension Insights {
    /// ``catalogue`` as JSON: the source of the documentation and of `openapi.json`.
    package static var catalogueJSON: JSONValue {
        .array(catalogue.map(\.json))
    }
}

extension CatalogueEntry {
    fileprivate var json: JSONValue {
        [
            "name": .string(name),
            "path": .string(subject == nil ? name : "\(name)/{id}"),
            "summary": summary.json,
            "subject": subject.map { ["name": .string($0.name), "meaning": $0.meaning.json] } ?? .null,
            "parameters": .array(parameters.map(\.json)),
        ]
    }
}

extension CatalogueEntry.Wording {
    fileprivate var json: JSONValue {
        ["zh": .string(chinese), "en": .string(english)]
    }
}

extension CatalogueEntry.Parameter {
    fileprivate var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("name", .string(name)),
            .init("type", .string(kind.name)),
            .init("default", JSONValue(standard)),
            .init("required", .bool(isRequired)),
            .init("repeatable", .bool(isRepeatable)),
            .init("meaning", meaning.json),
        ]
        switch kind {
        case .integer(let range):
            members.append(.init("minimum", .int(Int64(range.lowerBound))))
            members.append(.init("maximum", .int(Int64(range.upperBound))))
        case .choice(let values), .choices(let values):
            members.append(.init("allowed", .array(values.map(JSONValue.string))))
        case .moment, .timeZone, .idOrAbsent, .text, .steps, .cursor: break
        }
        return .object(members)
    }
}

extension ParameterKind {
    fileprivate var name: String {
        switch self {
        case .moment: "date or Unix seconds"
        case .timeZone: "time zone"
        case .integer: "integer"
        case .idOrAbsent: "id or absent"
        case .text: "text"
        case .choice: "one of"
        case .choices: "some of"
        case .steps: "steps"
        case .cursor: "cursor"
        }
    }
}
