package import Access
package import Reports
import Synchronization

/// The plan that a running server goes by, and how it follows what others apply.
///
/// Safe from many threads. Reading ``plan`` takes a lock and no disk; everything else waits for the disk.
package final class CurrentPlan: Sendable {
    /// Where the plan and its versions are kept.
    package let directory: PlanDirectory
    private let access: Access
    private let state: Mutex<PlanTable>
    /// Held while the file is read and handed on, so that an older plan never replaces a newer one.
    private let following: Mutex<Following>

    private struct Following {
        var stamp: FileStamp?
        var onChange: (@Sendable (PlanTable) -> Void)?
    }

    /// Opens `DATA/plan`, or makes it with the contract's plan.
    package init(dataDirectory: String, access: Access) throws(PlanError) {
        directory = PlanDirectory(dataDirectory: dataDirectory)
        self.access = access
        try directory.prepare()
        guard let (kept, stamp) = try directory.kept() else { throw .noVersion(1) }
        state = Mutex(PlanTable(kept.plan))
        following = Mutex(Following(stamp: stamp))
    }

    /// The plan in force, with its version.
    package var plan: TrackingPlan { table.plan }

    /// The plan made ready for the intake.
    package var table: PlanTable { state.withLock { $0 } }

    /// Calls `onChange` with the plan in force, then with every one that takes its place, one after the other.
    package func follow(_ onChange: @escaping @Sendable (PlanTable) -> Void) {
        following.withLock { following in
            following.onChange = onChange
            onChange(table)
        }
    }

    /// Takes up what another process applied; one look at the file where nobody did. Where the file cannot be read,
    /// throws, once for each content, and goes on by the plan before.
    /// - Returns: the plan, where it is another one now.
    @discardableResult
    package func reloadIfChanged() throws(PlanError) -> TrackingPlan? {
        try following.withLock { (following) throws(PlanError) in
            let stamp = try directory.stamp()
            guard stamp != following.stamp else { return nil }
            let former = following.stamp
            following.stamp = stamp
            do throws(PlanError) {
                guard let (kept, readStamp) = try directory.kept() else { return nil }
                following.stamp = readStamp
                return takeUp(kept.plan, &following)
            } catch {
                // What could not be read may be read next time; what was read and is damaged stays so.
                if case .files = error { following.stamp = former }
                throw error
            }
        }
    }

    /// Puts the plan in force, where it is another one.
    private func takeUp(_ kept: TrackingPlan, _ following: inout Following) -> TrackingPlan? {
        guard kept != plan else { return nil }
        let fresh = PlanTable(kept)
        state.withLock { $0 = fresh }
        following.onChange?(fresh)
        return kept
    }

    /// Applies a plan and takes it up at once: see ``PlanDirectory/apply(_:by:in:)``.
    package func apply(_ plan: TrackingPlan, by actor: AuditActor) throws(PlanError) -> (
        plan: TrackingPlan, isNew: Bool
    ) {
        let applied = try directory.apply(plan, by: actor, in: access)
        // It is applied whatever the look at it says: the next look, two seconds later, says it again.
        _ = try? reloadIfChanged()
        return applied
    }
}
