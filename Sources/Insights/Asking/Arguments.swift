/// A request's parameters, checked against the catalogue: all are known, none repeated that may not be, each of its
/// kind. Reading one afterwards cannot fail on its form.
struct Arguments: Sendable {
    private let entry: CatalogueEntry
    private let given: [String: [String]]

    init(_ parameters: [(name: String, value: String)], of entry: CatalogueEntry) throws(QuestionError) {
        var given: [String: [String]] = [:]
        for (name, value) in parameters {
            guard let parameter = entry.parameters.first(where: { $0.name == name }) else {
                let known = entry.parameters.map(\.name).joined(separator: ", ")
                throw .badParameter(
                    detail: "\(QuestionError.quoted(name)): unknown parameter; \(entry.name) knows \(known)"
                )
            }
            try parameter.kind.check(value, at: name)
            given[name, default: []].append(value)
        }
        for parameter in entry.parameters {
            let count = given[parameter.name]?.count ?? 0
            guard count <= 1 || parameter.isRepeatable else {
                throw .badParameter(detail: "\(parameter.name): expected once, found \(count) times")
            }
            guard count <= Self.repeatsAtMost else {
                throw .badParameter(
                    detail: "\(parameter.name): expected at most \(Self.repeatsAtMost) values, found \(count)"
                )
            }
            guard count > 0 || !parameter.isRequired else {
                throw .badParameter(detail: "\(parameter.name): missing")
            }
        }
        self.entry = entry
        self.given = given
    }

    /// 200 ids of 128 bytes, escaped, stay well under the engine's 256 KiB for a statement.
    private static let repeatsAtMost = 200

    /// The value given, or the catalogue's standard.
    subscript(name: String) -> String? {
        given[name]?.first ?? parameter(name).standard
    }

    func values(_ name: String) -> [String] {
        given[name] ?? []
    }

    /// A parameter of kind integer that has a standard.
    func integer(_ name: String) -> Int {
        guard let value = self[name].flatMap({ Int($0) }) else {
            preconditionFailure("\(entry.name).\(name) has neither a value nor an integer standard")
        }
        return value
    }

    /// A parameter of kind choices, each once, in the order given.
    func list(_ name: String) -> [String] {
        var seen: Set<String> = []
        return (self[name] ?? "").split(separator: ",").map(String.init).filter { seen.insert($0).inserted }
    }

    private func parameter(_ name: String) -> CatalogueEntry.Parameter {
        guard let parameter = entry.parameters.first(where: { $0.name == name }) else {
            preconditionFailure("\(entry.name) reads \(name), which its catalogue entry does not name")
        }
        return parameter
    }
}

extension ParameterKind {
    /// Whether the value is of this kind, as far as that can be told from the value alone.
    func check(_ value: String, at name: String) throws(QuestionError) {
        switch self {
        case .moment: _ = try Moment(value, at: name)
        case .timeZone: _ = try Zone(value, at: name)
        case .integer(let range):
            guard let number = Int(strict: value), range.contains(number) else {
                throw .expected("an integer \(range.lowerBound) … \(range.upperBound)", at: name, found: value)
            }
        case .idOrAbsent:
            guard value == Filters.absent || Int(strict: value).flatMap(UInt32.init(exactly:)) != nil else {
                throw .expected("an integer 0 … 4294967295 or \(Filters.absent)", at: name, found: value)
            }
        case .text:
            guard (1...Self.idBytes).contains(value.utf8.count) else {
                throw .expected("1 to \(Self.idBytes) bytes", at: name, found: value)
            }
        case .choice(let allowed):
            guard allowed.contains(value) else {
                throw .expected("one of \(allowed.joined(separator: ", "))", at: name, found: value)
            }
        case .choices(let allowed):
            let values = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard let wrong = values.first(where: { !allowed.contains($0) }) else { return }
            throw .expected("some of \(allowed.joined(separator: ", ")), with commas", at: name, found: wrong)
        case .steps: _ = try FunnelStep.steps(value, at: name)
        case .cursor: _ = try EventCursor(value, at: name)
        }
    }
}

extension Int {
    /// Digits only: no sign, no white space, no other script's digits.
    init?(strict text: String) {
        guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        self.init(text)
    }
}
