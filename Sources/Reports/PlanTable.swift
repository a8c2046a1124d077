/// A tracking plan made ready for the intake: membership tests without a hash or an allocation.
///
/// Immutable once built, so it is shared between event loops freely; a changed plan is a new table.
package final class PlanTable: Sendable {
    package let plan: TrackingPlan
    let version: UInt32
    let deviceTypes: ValueSet
    let businessTypes: ValueSet
    let channels: ValueSet
    let operations: ValueSet
    /// nil where unknown ids are let through.
    let pages: ValueSet?
    let positions: ValueSet?

    package init(_ plan: TrackingPlan) {
        self.plan = plan
        version = plan.version
        deviceTypes = ValueSet(plan.deviceTypes.keys)
        businessTypes = ValueSet(plan.businessTypes.keys)
        channels = ValueSet(plan.channels.keys)
        operations = ValueSet(plan.operations.keys)
        pages = plan.pagesOpen ? nil : ValueSet(plan.pages.keys)
        positions = plan.positionsOpen ? nil : ValueSet(plan.positions.keys)
    }
}

/// A set of ids: plans are short, so the first two are compared at once and the rest is a binary search.
struct ValueSet: Sendable {
    private let first: UInt64
    private let second: UInt64
    private let sorted: [UInt32]

    init(_ values: some Collection<UInt32>) {
        sorted = values.sorted()
        // UInt64.max is no UInt32: an id that is not there equals nothing.
        first = sorted.first.map(UInt64.init) ?? .max
        second = sorted.count > 1 ? UInt64(sorted[1]) : .max
    }

    @inline(__always)
    func contains(_ value: UInt32) -> Bool {
        let wide = UInt64(value)
        if wide == first || wide == second { return true }
        return sorted.count > 2 && search(value)
    }

    private func search(_ value: UInt32) -> Bool {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) >> 1
            if sorted[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low < sorted.count && sorted[low] == value
    }
}
