package import Reports

extension PlanFile {
    /// The plan as a file that reads to the same plan: every section, ids ascending, one line a name. Two plans that
    /// are the same are written the same.
    package static func write(_ plan: TrackingPlan) -> String {
        var text = ""
        text += section("business_types", plan.businessTypes)
        text += section("device_types", plan.deviceTypes)
        text += section("channels", plan.channels)
        text += plan.operations.isEmpty ? "operate_ids: {}\n" : "operate_ids:\n"
        for (id, operation) in plan.operations.sorted(by: { $0.key < $1.key }) {
            text += "  \(id):\n" + lines(of: operation)
        }
        text += section("pages", plan.pages, isOpen: plan.pagesOpen)
        text += section("positions", plan.positions, isOpen: plan.positionsOpen)
        return text
    }

    /// A plan with its version, as ``PlanDirectory`` keeps it.
    static func writeKept(_ kept: KeptPlan) -> String {
        """
        version: \(kept.about.version)
        applied: \(kept.about.appliedSeconds)
        by: \(scalar(kept.about.by))
        \(write(kept.plan))
        """
    }

    private static func section(_ key: String, _ names: [UInt32: TrackingPlan.Name], isOpen: Bool? = nil) -> String {
        guard isOpen != nil || !names.isEmpty else { return "\(key): {}\n" }
        var text = "\(key):\n"
        if let isOpen { text += "  open: \(isOpen)\n" }
        for (id, name) in names.sorted(by: { $0.key < $1.key }) { text += "  \(id): \(self.name(name))\n" }
        return text
    }

    private static func lines(of operation: TrackingPlan.Operation) -> String {
        var text = "    name: \(name(operation.name))\n    kind: \(operation.kind.rawValue)\n"
        if !operation.channels.isEmpty {
            text += "    channels: [\(operation.channels.map(String.init).joined(separator: ", "))]\n"
        }
        if !operation.required.isEmpty {
            text += "    required: [\(operation.required.map { "\($0.name)" }.joined(separator: ", "))]\n"
        }
        if !operation.ranges.isEmpty {
            let ranges = operation.ranges.map { "\($0.field.name): [\($0.minimum), \($0.maximum)]" }
            text += "    ranges: { \(ranges.joined(separator: ", ")) }\n"
        }
        return text
    }

    private static func name(_ name: TrackingPlan.Name) -> String {
        name.chinese == name.english
            ? scalar(name.chinese) : "{ zh: \(scalar(name.chinese)), en: \(scalar(name.english)) }"
    }

    /// Without quotes where no reader of YAML can take it for anything else.
    private static func scalar(_ text: String) -> String {
        let scalars = text.unicodeScalars
        let isPlain = scalars.allSatisfy {
            $0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == " " || $0 == "-"
        }
        if isPlain, let first = scalars.first, first.properties.isAlphabetic, scalars.last != " ",
            PlainScalar.isText(text)
        {
            return text
        }
        var quoted = "\""
        for scalar in scalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            // What YAML calls printable stands as it is.
            case " "..."~", "\u{A0}"..."\u{D7FF}", "\u{E000}"..."\u{FEFE}", "\u{FF00}"..."\u{FFFD}",
                "\u{10000}"..."\u{10FFFF}":
                if scalar == "\u{2028}" || scalar == "\u{2029}" { fallthrough }
                quoted.unicodeScalars.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                quoted += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            }
        }
        return quoted + "\""
    }
}
