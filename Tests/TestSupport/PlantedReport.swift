/// A report put together from good and bad parts, and what is wrong with it: written down as the parts are put in, so
/// that it needs no parser to know.
package struct PlantedReport {
    package private(set) var text = ""
    /// In the order in which a review should find them.
    package private(set) var mistakes: [String] = []

    private var random: SeededRandom
    /// What is missing is told after all that is there.
    private var missing: [String] = []
    private var lacksItems = false

    package init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        text += "{"
        var members = ["items"]
        switch random.below(12) {
        case 0: missing.append("head: required, but missing")
        case 1:
            missing.append("head: required, but missing")
            members.append("no head")
        case 2: members.append("wrong head")
        default: members.append("head")
        }
        if random.chance(1, of: 3) { members.append("others") }
        for (number, member) in members.shuffled(using: &random).enumerated() {
            if number > 0 { text += "," }
            switch member {
            case "items": items()
            case "head": head()
            case "no head": text += #""head":null"#
            case "wrong head":
                text += #""head":[1,{"uid":"u"}]"#
                mistakes.append("head: expected an object, found an array")
            default: others()
            }
        }
        text += "}"
        mistakes += missing + (lacksItems ? ["items: required, but missing"] : [])
    }

    private mutating func others() {
        let names = (0..<1 + random.below(3)).map { "other\($0)" }
        text += names.map { #""\#($0)":{"head":[],"deep":[[{"x":null}],"\#("é")"]}"# }.joined(separator: ",")
    }

    // MARK: - The head

    private mutating func head() {
        text += #""head":{"#
        var fields: [(name: String, value: String, mistake: String?)] = []
        for name in ["uid", "openid"] {
            switch random.below(6) {
            case 0: missing.append("head.\(name): required, but missing")
            case 1:
                missing.append("head.\(name): required, but missing")
                fields.append((name, "null", nil))
            case 2: fields.append(bad(name, Self.badIdentifiers))
            default: fields.append((name, random.pick([#""u""#, "12", #""\u00e9""#]), nil))
            }
        }
        for name in ["device_type", "business_type"] where random.chance(2, of: 3) {
            fields.append(
                random.chance(1, of: 3)
                    ? bad(name, Self.badIntegers + [("9", "not a value of the tracking plan")])
                    : (name, random.pick(["1", "null"]), nil)
            )
        }
        write(fields.shuffled(using: &random), at: "head")
        text += "}"
    }

    private mutating func bad(
        _ name: String,
        _ values: [(value: String, mistake: String)]
    ) -> (name: String, value: String, mistake: String?) {
        let chosen = random.pick(values)
        return (name, chosen.value, chosen.mistake)
    }

    /// Writes members, some of them twice: the second value is not looked at, whatever it is.
    private mutating func write(_ fields: [(name: String, value: String, mistake: String?)], at place: String) {
        var needsComma = false
        for field in fields {
            if needsComma { text += random.pick([",", " ,", ",\n"]) }
            needsComma = true
            text += #""\#(field.name)":\#(field.value)"#
            if let mistake = field.mistake { mistakes.append("\(place).\(field.name): \(mistake)") }
            guard random.chance(1, of: 8) else { continue }
            text += #",""#
            mistakes.append("body: the same key twice in one object at byte \(text.utf8.count)")
            text += #"\#(field.name)":"# + random.pick(["1", #""x""#, "[2.5]", #"{"uid":-3}"#])
        }
    }

    // MARK: - Items

    private mutating func items() {
        text += #""items":"#
        switch random.below(12) {
        case 0:
            text += "[]"
            mistakes.append("items: must not be empty")
        case 1:
            text += #""none""#
            mistakes.append("items: expected an array of objects, found a string")
        case 2:
            text += "null"
            lacksItems = true
        case 3, 4: item(at: "items")
        default:
            text += "["
            for index in 0..<1 + random.below(4) {
                if index > 0 { text += "," }
                if random.chance(1, of: 8) {
                    text += random.pick(["3", "-0"])
                    mistakes.append("items[\(index)]: expected an object, found an integer")
                } else {
                    item(at: "items[\(index)]")
                }
            }
            text += "]"
        }
    }

    private mutating func item(at place: String) {
        text += "{"
        var fields: [(name: String, value: String, mistake: String?)] = []
        for (name, good, more) in Self.itemFields where random.chance(2, of: 3) {
            let values = name == "trace_id" ? more : Self.badIntegers + more
            fields.append(random.chance(1, of: 3) ? bad(name, values) : (name, random.pick(good + ["null"]), nil))
        }
        if random.chance(1, of: 4) { fields.append(("other", #"[{"page_id":"x"},1e5]"#, nil)) }
        write(fields.shuffled(using: &random), at: place)
        text += "}"
    }

    private static let badIdentifiers: [(value: String, mistake: String)] = [
        (#""""#, "must not be empty"), ("true", "expected a string or an integer, found a boolean"),
        ("1e3", "expected a string or an integer, found a number with a fraction or exponent"),
        ("{}", "expected a string or an integer, found an object"),
        ("\"" + String(repeating: "é", count: 65) + "\"", "longer than 128 bytes"),
        (String(repeating: "7", count: 129), "longer than 128 bytes"),
    ]

    private static let badIntegers: [(value: String, mistake: String)] = [
        (#""1""#, "expected an integer, found a string"), ("false", "expected an integer, found a boolean"),
        ("1.0", "expected an integer, found a number with a fraction or exponent"),
        ("[[],[1]]", "expected an integer, found an array"),
        (#"{"a":{"b":1}}"#, "expected an integer, found an object"),
    ]

    private static let itemFields: [(name: String, good: [String], bad: [(value: String, mistake: String)])] = [
        (
            "event_time", ["1710300000", "1420070400"],
            [
                ("1420070399", "before 2015-01-01, expected Unix seconds"),
                ("1710300000000", "later than 24 hours from now, expected Unix seconds"),
            ]
        ),
        ("channel", ["1", "2"], [("3", "not a value of the tracking plan")]),
        ("operate_id", ["10000", "11000"], [("12000", "not a value of the tracking plan")]),
        ("page_id", ["0", "-0", "4294967295"], [("-1", "out of range, expected 0 to 4294967295")]),
        ("pos_id", ["7"], [("4294967296", "out of range, expected 0 to 4294967295")]),
        ("prev_id", ["7"], [("99999999999999999999", "out of range, expected 0 to 4294967295")]),
        (
            "trace_id", [#""""#, #""t\n""#],
            [
                ("5", "expected a string, found an integer"), ("[]", "expected a string, found an array"),
                ("\"" + String(repeating: #"\u00e9"#, count: 65) + "\"", "longer than 128 bytes"),
            ]
        ),
        ("duration", ["0", "9223372036854775807"], [("-1", "out of range, expected 0 to 9223372036854775807")]),
    ]
}
