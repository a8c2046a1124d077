/// One thing that can be set: by `--name VALUE`, by `FOOTPRINT_NAME`, or by `name: VALUE` in the settings file. What it
/// may be is said once, here, for all three.
struct SettingKey<Value: Sendable>: Sendable {
    let name: String
    /// Ends the sentence "expected …".
    let expected: String
    let parse: @Sendable (String) -> Value?

    init(_ name: String, expected: String, parse: @escaping @Sendable (String) -> Value?) {
        precondition(SettingNames.all.contains(name), "\(name) is missing from SettingNames")
        self.name = name
        self.expected = expected
        self.parse = parse
    }

    var environmentName: String {
        "FOOTPRINT_" + name.uppercased().replacing("-", with: "_")
    }
}

extension SettingKey where Value == String {
    static func text(_ name: String, expected: String = "a value that is not empty") -> Self {
        SettingKey(name, expected: expected) { $0.isEmpty ? nil : $0 }
    }
}

extension SettingKey where Value == Int {
    static func whole(_ name: String, _ range: ClosedRange<Int>, unit: String = "") -> Self {
        let of = unit.isEmpty ? "" : " of \(unit)"
        let expected =
            range.upperBound == .max
            ? "a whole number\(of), at least \(range.lowerBound)"
            : "a whole number\(of) from \(range.lowerBound) to \(range.upperBound)"
        return SettingKey(name, expected: expected) { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension SettingKey where Value: RawRepresentable<String> & CaseIterable {
    static func choice(_ name: String) -> Self {
        let names = Value.allCases.map { "\"\($0.rawValue)\"" }
        let expected = names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
        return SettingKey(name, expected: expected, parse: Value.init(rawValue:))
    }
}
