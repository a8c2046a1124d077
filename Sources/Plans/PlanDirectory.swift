package import Access
package import Reports

/// `DATA/plan`: the tracking plan in force, and each version there was.
///
///     current.yml     the plan in force, with its version, when it was applied and by whom
///     versions/N.yml  the same of version N; each event in the store says by which version it was checked
///     lock            held by whoever changes something
///
/// A change writes `versions/N.yml`, then the audit log, then `current.yml`, each on stable storage before the next.
/// `current.yml` decides: after a crash between them the version before is in force, and the next change takes the
/// number again, which no event has carried. Files are 0600, folders 0700.
package struct PlanDirectory: Sendable {
    /// `DATA/plan`
    package let path: String
    private let dataDirectory: String
    private let clock: AccessClock

    package init(dataDirectory: String, clock: AccessClock = .system) {
        path = "\(dataDirectory)/plan"
        self.dataDirectory = dataDirectory
        self.clock = clock
    }

    private var folder: PrivateFolder { PrivateFolder(path: path, clock: clock) }
    private var versionsFolder: PrivateFolder { PrivateFolder(path: "\(path)/versions", clock: clock) }
    private var currentPath: String { "\(path)/current.yml" }
    private func versionPath(_ version: UInt32) -> String { "\(path)/versions/\(version).yml" }

    // MARK: - Reading

    /// The plan in force: the contract's where none was ever applied.
    package func current() throws(PlanError) -> TrackingPlan {
        try kept()?.plan.plan ?? .contract
    }

    /// - Throws: ``PlanError/noVersion(_:)`` for a number that none has, or that a crash kept from coming into force.
    package func version(_ version: UInt32) throws(PlanError) -> TrackingPlan {
        let newest = try kept()?.plan.about.version ?? 1
        guard version >= 1, version <= newest else { throw .noVersion(version) }
        if let kept = try read(versionPath(version)) { return kept.plan.plan }
        guard version == 1 else { throw .noVersion(version) }
        return .contract
    }

    /// Every version, the newest first.
    package func versions() throws(PlanError) -> [PlanVersion] {
        guard let newest = try kept()?.plan.about else { return [] }
        var versions = [newest]
        for version in stride(from: newest.version, to: 1, by: -1) {
            // A version that somebody has removed is missing in the list, not an error of the others.
            if let kept = try read(versionPath(version - 1)) { versions.append(kept.plan.about) }
        }
        return versions
    }

    /// Tells whether the plan changed, without reading it.
    package func stamp() throws(PlanError) -> FileStamp? {
        try onDisk { () throws(AccessError) in try FileStamp.of(currentPath) }
    }

    /// The plan in force with the stamp of exactly that content; nil where none was ever applied.
    func kept() throws(PlanError) -> (plan: KeptPlan, stamp: FileStamp)? {
        try read(currentPath)
    }

    private func read(_ path: String) throws(PlanError) -> (plan: KeptPlan, stamp: FileStamp)? {
        let file = try onDisk { () throws(AccessError) in
            try FileStamp.of(path) == nil ? nil : try folder.read(path)
        }
        guard let file else { return nil }
        do throws(PlanFaults) {
            return (try PlanFile.readKept(file.bytes), file.stamp)
        } catch {
            throw .damaged(file: path, error)
        }
    }

    // MARK: - Changing

    /// Makes the folder, with the contract's plan as version 1 where there is none.
    package func prepare() throws(PlanError) {
        try onDisk { () throws(AccessError) in
            try folder.make(below: dataDirectory)
            try versionsFolder.make(below: path)
            guard try FileStamp.of(currentPath) == nil else { return }
            try folder.withLock { () throws(AccessError) in
                // Another process may have been first.
                guard try FileStamp.of(currentPath) == nil else { return }
                try write(.contract, by: .system) {}
            }
        }
    }

    /// Makes `plan` the plan in force, as the next version, where it says anything else than the one in force; in the
    /// audit log before it is in force. ``prepare()`` must have been called.
    ///
    /// - Returns: the plan that is in force then, with its version, and whether that is a new one.
    package func apply(
        _ plan: TrackingPlan,
        by actor: AuditActor,
        in access: Access
    ) throws(PlanError) -> (plan: TrackingPlan, isNew: Bool) {
        let outcome = try onDisk { () throws(AccessError) in
            try folder.withLock { () throws(AccessError) -> Result<(TrackingPlan, Bool), PlanError> in
                let current: TrackingPlan
                do throws(PlanError) { current = try self.current() } catch { return .failure(error) }
                var next = plan
                next.version = current.version
                guard next != current else { return .success((current, false)) }
                guard current.version < .max else { return .failure(.noVersion(current.version)) }
                next.version += 1
                let event = AuditEvent(.planChange, target: "version \(next.version)")
                try write(next, by: actor) { () throws(AccessError) in try access.record(event, by: actor) }
                return .success((next, true))
            }
        }
        return try outcome.get()
    }

    /// - Parameter announce: runs when the version is on the disk and not yet in force; where it throws, nothing is.
    private func write(
        _ plan: TrackingPlan,
        by actor: AuditActor,
        announce: () throws(AccessError) -> Void
    ) throws(AccessError) {
        let about = PlanVersion(version: plan.version, appliedSeconds: clock.unixSeconds(), by: actor.who)
        let bytes = Array(PlanFile.writeKept(KeptPlan(plan: plan, about: about)).utf8)
        try versionsFolder.replace(versionPath(plan.version), with: bytes)
        let current = try folder.stage(bytes, for: currentPath)
        do throws(AccessError) {
            try announce()
        } catch {
            folder.discard(current)
            throw error
        }
        try folder.commit([current])
    }

    private func onDisk<Result>(_ body: () throws(AccessError) -> Result) throws(PlanError) -> Result {
        do throws(AccessError) { return try body() } catch { throw .files(error) }
    }
}

/// Why a kept plan could not be read or changed: one sentence that says what to do.
package enum PlanError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The disk or the audit log: nothing was changed.
    case files(AccessError)
    /// A file that was kept is not as it was written.
    case damaged(file: String, PlanFaults)
    /// Asked for by a number that none has.
    case noVersion(UInt32)

    package var description: String {
        switch self {
        case .files(let error): "\(error)"
        case .damaged(let file, let faults):
            "the tracking plan that was kept is damaged; restore \(file) from a backup:\n\(faults.text(in: file))"
        case .noVersion(let version):
            "there is no version \(version) of the tracking plan; `footprint plan versions` lists them"
        }
    }
}
