package import Reports

/// One difference between two plans, as people read it.
package struct PlanChange: Sendable, Equatable {
    /// What became of it.
    package enum Kind: String, Sendable {
        case added, removed, renamed, changed
    }

    package var kind: Kind
    /// As it stands in the file: `operate_ids`.
    package var section: String
    /// nil where the section as a whole changed: opened or closed.
    package var id: UInt32?
    /// What it was and what it is: names, or rules.
    package var before: String?
    package var after: String?

    /// Everything that is different in `new`: sections in the file's order, ids ascending.
    package static func between(_ old: TrackingPlan, _ new: TrackingPlan) -> [PlanChange] {
        names("business_types", old.businessTypes, new.businessTypes)
            + names("device_types", old.deviceTypes, new.deviceTypes)
            + names("channels", old.channels, new.channels)
            + operations(old.operations, new.operations)
            + openness("pages", old.pagesOpen, new.pagesOpen)
            + names("pages", old.pages, new.pages)
            + openness("positions", old.positionsOpen, new.positionsOpen)
            + names("positions", old.positions, new.positions)
    }

    private static func openness(_ section: String, _ old: Bool, _ new: Bool) -> [PlanChange] {
        old == new
            ? [] : [PlanChange(kind: .changed, section: section, before: "open: \(old)", after: "open: \(new)")]
    }

    private static func names(
        _ section: String,
        _ old: [UInt32: TrackingPlan.Name],
        _ new: [UInt32: TrackingPlan.Name]
    ) -> [PlanChange] {
        Set(old.keys).union(new.keys).sorted().compactMap { id in
            let (before, after) = (old[id], new[id])
            guard before != after else { return nil }
            return PlanChange(
                kind: before == nil ? .added : after == nil ? .removed : .renamed,
                section: section,
                id: id,
                before: before?.inBoth,
                after: after?.inBoth
            )
        }
    }

    private static func operations(
        _ old: [UInt32: TrackingPlan.Operation],
        _ new: [UInt32: TrackingPlan.Operation]
    ) -> [PlanChange] {
        let section = "operate_ids"
        var changes = names(section, old.mapValues(\.name), new.mapValues(\.name))
        for (id, before) in old {
            guard let after = new[id], before.rules != after.rules else { continue }
            changes.append(
                PlanChange(kind: .changed, section: section, id: id, before: before.rules, after: after.rules)
            )
        }
        return changes.sorted { ($0.id ?? 0, $0.kind == .changed ? 1 : 0) < ($1.id ?? 0, $1.kind == .changed ? 1 : 0) }
    }
}

extension TrackingPlan.Name {
    /// Both languages where they differ.
    package var inBoth: String { chinese == english ? chinese : "\(chinese) / \(english)" }
}

extension TrackingPlan.Operation {
    /// Kind and rules in one line, as they stand in the file.
    fileprivate var rules: String {
        var parts = ["kind: \(kind.rawValue)"]
        if !channels.isEmpty { parts.append("channels: [\(channels.map(String.init).joined(separator: ", "))]") }
        if !required.isEmpty { parts.append("required: [\(required.map { "\($0.name)" }.joined(separator: ", "))]") }
        for range in ranges { parts.append("\(range.field.name): [\(range.minimum), \(range.maximum)]") }
        return parts.joined(separator: ", ")
    }
}
