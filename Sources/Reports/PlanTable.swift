/// A tracking plan made ready for the intake: membership tests without a hash or an allocation.
///
/// Immutable once built, so it is shared between loops freely; a changed plan is a new table.
package final class PlanTable: Sendable {
    package let plan: TrackingPlan
    let version: UInt32
    let deviceTypes: ValueSet
    let businessTypes: ValueSet
    let channels: ValueSet
    let operations: ValueSet
    /// Operations whose items must obey more than the fields' own rules; nil where there are none, so that such a plan
    /// costs an event nothing.
    let ruledOperations: ValueSet?
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
        let ruled = plan.operations.filter { $0.value.hasRules }
        ruledOperations = ruled.isEmpty ? nil : ValueSet(ruled.keys)
        pages = plan.pagesOpen ? nil : ValueSet(plan.pages.keys)
        positions = plan.positionsOpen ? nil : ValueSet(plan.positions.keys)
    }

    deinit {
        for set in [deviceTypes, businessTypes, channels, operations, ruledOperations, pages, positions] {
            set?.deallocate()
        }
    }
}

/// A set of ids: plans are short, so the first two are compared at once and the rest is a binary search.
///
/// Holds memory that its plan table frees, not an array: a copy made for a comparison must not count references.
struct ValueSet: @unchecked Sendable {
    // Sendable: the memory is written once, before anybody shares it.
    private let first: UInt64
    private let second: UInt64
    private let sorted: UnsafeMutableBufferPointer<UInt32>

    init(_ values: some Collection<UInt32>) {
        sorted = .allocate(capacity: values.count)
        _ = sorted.initialize(from: values.sorted())
        // UInt64.max is no UInt32: an id that is not there equals nothing.
        first = sorted.count > 0 ? UInt64(sorted[0]) : .max
        second = sorted.count > 1 ? UInt64(sorted[1]) : .max
    }

    func deallocate() { sorted.deallocate() }

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
