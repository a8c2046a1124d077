import Reports
import Yams

/// Turns the tree of a plan file into a plan, and remembers everything that is wrong in it.
struct PlanReader {
    private let tree: YAMLTree
    private(set) var faults: [PlanFault] = []
    /// What a kept plan says about itself.
    private(set) var about: PlanVersion?

    init(_ tree: YAMLTree) {
        self.tree = tree
    }

    private static let sections = [
        "business_types", "device_types", "channels", "operate_ids", "pages", "positions",
    ]

    /// The plan, as far as it could be read: good only where `faults` is empty.
    mutating func plan(isKept: Bool) -> TrackingPlan {
        var plan = TrackingPlan.contract
        plan.version = 0
        guard let root = tree.root else {
            faults.append(PlanFault(line: 1, column: 1, reason: "expected a plan, found an empty file"))
            return plan
        }
        var sections: [String: Node] = [:]
        for entry in entries(of: root, expected: "a mapping of sections: \(Self.sections.joined(separator: ", "))") {
            if Self.sections.contains(entry.key) || isKept && ["version", "applied", "by"].contains(entry.key) {
                sections[entry.key] = entry.value
            } else if entry.key == "version" {
                fault(entry.place, "the server counts the versions; leave this out")
            } else {
                fault(entry.place, "unknown key \(quoted(entry.key)), expected one of \(list(Self.sections))")
            }
        }
        if isKept { about = version(sections) }
        if let node = sections["business_types"] { plan.businessTypes = names(node) }
        if let node = sections["device_types"] { plan.deviceTypes = names(node) }
        if let node = sections["channels"] { plan.channels = names(node) }
        if let node = sections["pages"] { plan.pages = names(node, isOpen: &plan.pagesOpen) }
        if let node = sections["positions"] { plan.positions = names(node, isOpen: &plan.positionsOpen) }
        if let node = sections["operate_ids"] {
            plan.operations = [:]
            for entry in entries(of: node, expected: "a mapping of operate_ids") {
                guard let id = id(entry) else { continue }
                plan.operations[id] = operation(entry, channels: plan.channels)
            }
        }
        return plan
    }

    private mutating func version(_ sections: [String: Node]) -> PlanVersion? {
        guard let version = sections["version"].flatMap({ integer($0, 1...UInt64(UInt32.max)) }),
            let applied = sections["applied"].flatMap({ integer($0, 0...UInt64(Int64.max)) }),
            let by = sections["by"].flatMap({ text($0, expected: "who applied it") })
        else { return nil }
        return PlanVersion(version: UInt32(version), appliedSeconds: Int64(applied), by: by)
    }

    // MARK: - Names

    private mutating func names(_ node: Node) -> [UInt32: TrackingPlan.Name] {
        var isOpen: Bool?
        return names(node, isOpen: &isOpen)
    }

    private mutating func names(_ node: Node, isOpen: inout Bool) -> [UInt32: TrackingPlan.Name] {
        var given: Bool? = true
        let names = names(node, isOpen: &given)
        isOpen = given ?? true
        return names
    }

    /// - Parameter isOpen: nil where the section has no `open`.
    private mutating func names(_ node: Node, isOpen: inout Bool?) -> [UInt32: TrackingPlan.Name] {
        var names: [UInt32: TrackingPlan.Name] = [:]
        for entry in entries(of: node, expected: "a mapping of ids to names") {
            if entry.key == "open", isOpen != nil {
                isOpen = bool(entry.value) ?? isOpen
                continue
            }
            guard let id = id(entry), let name = name(entry.value) else { continue }
            names[id] = name
        }
        return names
    }

    /// One text for both languages, or `{ zh: …, en: … }`.
    private mutating func name(_ node: Node) -> TrackingPlan.Name? {
        guard case .mapping = node else {
            return text(node, expected: "a name").map { TrackingPlan.Name(chinese: $0, english: $0) }
        }
        var texts: [String: String] = [:]
        for entry in entries(of: node, expected: "a name") {
            guard entry.key == "zh" || entry.key == "en" else {
                fault(entry.place, "unknown key \(quoted(entry.key)), expected zh or en")
                continue
            }
            texts[entry.key] = text(entry.value, expected: "a name") ?? "?"
        }
        guard let chinese = texts["zh"], let english = texts["en"] else {
            fault(place(node), "expected a name in both languages: { zh: …, en: … }")
            return nil
        }
        return TrackingPlan.Name(chinese: chinese, english: english)
    }

    // MARK: - Operations

    private static let keys = ["name", "kind", "channels", "required", "ranges"]

    private mutating func operation(
        _ operation: Entry,
        channels: [UInt32: TrackingPlan.Name]
    ) -> TrackingPlan.Operation? {
        let before = faults.count
        var read = TrackingPlan.Operation(name: TrackingPlan.Name(chinese: "?", english: "?"), kind: .action)
        var hasName = false
        for entry in entries(of: operation.value, expected: "a mapping with a name") {
            switch entry.key {
            case "name":
                hasName = true
                if let name = name(entry.value) { read.name = name }
            case "kind":
                let text = text(entry.value, expected: "page_view or action")
                if let kind = text.flatMap(TrackingPlan.Operation.Kind.init) {
                    read.kind = kind
                } else if let text {
                    fault(place(entry.value), "expected page_view or action, found \(quoted(text))")
                }
            case "channels": read.channels = self.channels(entry.value, known: channels)
            case "required": read.required = required(entry.value)
            case "ranges": read.ranges = ranges(entry.value)
            default:
                fault(entry.place, "unknown key \(quoted(entry.key)), expected one of \(list(Self.keys))")
            }
        }
        if !hasName, faults.count == before {
            fault(operation.place, "expected a name for operate_id \(operation.key)")
        }
        return read
    }

    private mutating func channels(_ node: Node, known: [UInt32: TrackingPlan.Name]) -> [UInt32] {
        var channels: [UInt32] = []
        for element in elements(of: node, expected: "a list of channels") {
            guard let value = integer(element, 0...UInt64(UInt32.max)) else { continue }
            let channel = UInt32(value)
            if known[channel] == nil {
                fault(place(element), "channel \(channel) is not listed under channels")
            } else if channels.contains(channel) {
                fault(place(element), "channel \(channel) stands here a second time")
            } else {
                channels.append(channel)
            }
        }
        return channels
    }

    private mutating func required(_ node: Node) -> [Rejection.Field] {
        var required: [Rejection.Field] = []
        for element in elements(of: node, expected: "a list of fields") {
            guard let name = text(element, expected: "a field") else { continue }
            guard let field = Self.field(name) else {
                fault(place(element), "there is no field \(quoted(name)), expected one of \(list(Self.requirable))")
                continue
            }
            if field == .uid || field == .openid {
                fault(place(element), "\(name) is always required; leave this out")
            } else if required.contains(field) {
                fault(place(element), "\(name) stands here a second time")
            } else {
                required.append(field)
            }
        }
        return required
    }

    private mutating func ranges(_ node: Node) -> [TrackingPlan.FieldRange] {
        var ranges: [TrackingPlan.FieldRange] = []
        for entry in entries(of: node, expected: "a mapping of fields to [minimum, maximum]") {
            guard let field = Self.field(entry.key), let limit = field.largestInteger else {
                let fields = Rejection.Field.allCases.filter { $0.largestInteger != nil }.map { "\($0.name)" }
                fault(entry.place, "there is no integer field \(quoted(entry.key)), expected one of \(list(fields))")
                continue
            }
            let bounds = elements(of: entry.value, expected: "[minimum, maximum]")
            guard bounds.count == 2 else {
                if case .sequence = entry.value { fault(place(entry.value), "expected [minimum, maximum]") }
                continue
            }
            guard let minimum = integer(bounds[0], 0...limit), let maximum = integer(bounds[1], 0...limit) else {
                continue
            }
            guard minimum <= maximum else {
                fault(place(entry.value), "the minimum \(minimum) is larger than the maximum \(maximum)")
                continue
            }
            ranges.append(TrackingPlan.FieldRange(field: field, minimum: minimum, maximum: maximum))
        }
        return ranges
    }

    private static let requirable = Rejection.Field.allCases.filter { $0 != .uid && $0 != .openid }.map { "\($0.name)" }

    private static func field(_ name: String) -> Rejection.Field? {
        Rejection.Field.allCases.first { "\($0.name)" == name }
    }

    // MARK: - Values

    private struct Entry {
        let key: String
        let place: Place
        let value: Node
    }

    private typealias Place = (line: Int, column: Int)

    private mutating func fault(_ place: Place, _ reason: String) {
        faults.append(PlanFault(line: place.line, column: place.column, reason: reason))
    }

    private func place(_ node: Node) -> Place {
        node.mark.map { ($0.line, $0.column) } ?? (1, 1)
    }

    /// A mapping's entries in their order, each key once.
    private mutating func entries(of node: Node, expected: String) -> [Entry] {
        guard case .mapping(let mapping) = node else {
            fault(place(node), "expected \(expected), found \(found(node))")
            return []
        }
        var entries: [Entry] = []
        var firstLines: [String: Int] = [:]
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key else {
                fault(place(key), "expected a key, found \(found(key))")
                continue
            }
            let name = tree.repeated[scalar.string]?.name ?? scalar.string
            if let first = firstLines[name] {
                fault(place(key), "\(quoted(name)) stands here a second time, after line \(first)")
                continue
            }
            firstLines[name] = place(key).line
            entries.append(Entry(key: name, place: place(key), value: value))
        }
        return entries
    }

    private mutating func elements(of node: Node, expected: String) -> [Node] {
        guard case .sequence(let sequence) = node else {
            fault(place(node), "expected \(expected), found \(found(node))")
            return []
        }
        return Array(sequence)
    }

    private mutating func id(_ entry: Entry) -> UInt32? {
        guard let id = PlainScalar.integer(entry.key).flatMap(UInt32.init(exactly:)) else {
            fault(entry.place, "expected an id from 0 to \(UInt32.max), found \(quoted(entry.key))")
            return nil
        }
        return id
    }

    private mutating func integer(_ node: Node, _ range: ClosedRange<UInt64>) -> UInt64? {
        guard let value = PlainScalar(node)?.integer, range.contains(value) else {
            fault(
                place(node),
                "expected an integer from \(range.lowerBound) to \(range.upperBound), found \(found(node))"
            )
            return nil
        }
        return value
    }

    private mutating func bool(_ node: Node) -> Bool? {
        switch PlainScalar(node)?.text {
        case "true": return true
        case "false": return false
        default:
            fault(place(node), "expected true or false, found \(found(node))")
            return nil
        }
    }

    private mutating func text(_ node: Node, expected: String) -> String? {
        guard case .scalar(let scalar) = node, PlainScalar(node)?.isText ?? true else {
            let hint =
                if case .scalar(let scalar) = node, !scalar.string.isEmpty { "; put a name in quotes" } else { "" }
            fault(place(node), "expected \(expected), found \(found(node))\(hint)")
            return nil
        }
        let text = scalar.string
        guard !text.isEmpty, text.utf8.count <= Self.textBytes else {
            fault(place(node), "expected \(expected) of 1 to \(Self.textBytes) bytes")
            return nil
        }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            fault(place(node), "expected \(expected) in one line, without control characters")
            return nil
        }
        return text
    }

    private static let textBytes = 256

    private func found(_ node: Node) -> String {
        switch node {
        case .mapping: return "a mapping"
        case .sequence: return "a list"
        case .alias: return "an alias"
        case .scalar(let scalar):
            guard let plain = PlainScalar(node) else { return "the text \(quoted(scalar.string))" }
            return plain.text.isEmpty ? "nothing" : quoted(plain.text)
        }
    }

    private func quoted(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(64).map { $0.properties.generalCategory == .control ? "?" : $0 }
        return "\"\(String(String.UnicodeScalarView(shown)))\""
    }

    private func list(_ names: [String]) -> String { names.joined(separator: ", ") }
}

extension Rejection.Field {
    /// The largest value of an integer field of items; nil for the others.
    fileprivate var largestInteger: UInt64? {
        switch self {
        case .duration: ReportLimits.duration
        case .eventTime, .channel, .operateID, .pageID, .posID, .prevID: UInt64(UInt32.max)
        case .traceID, .uid, .openid, .deviceType, .businessType: nil
        }
    }
}
