import Reports

/// The names people read in place of ids, from the tracking plan, in the asker's language.
struct Names: Sendable {
    let plan: TrackingPlan
    let language: Language

    /// Never empty: what the plan does not name shows as its digits, and what was not reported says so.
    func name(of id: Int64?, as column: Filters.Column) -> String {
        guard let id else { return notReported }
        guard let name = UInt32(exactly: id).flatMap({ planned(column, $0) }) else { return String(id) }
        switch language {
        case .chinese: return name.chinese
        case .english: return name.english
        }
    }

    private var notReported: String {
        switch language {
        case .chinese: "(未上报)"
        case .english: "(not reported)"
        }
    }

    private func planned(_ column: Filters.Column, _ id: UInt32) -> TrackingPlan.Name? {
        switch column {
        case .businessType: plan.businessTypes[id]
        case .deviceType: plan.deviceTypes[id]
        case .channel: plan.channels[id]
        case .operateID: plan.operations[id]?.name
        case .pageID: plan.pages[id]
        case .posID: plan.positions[id]
        }
    }
}
