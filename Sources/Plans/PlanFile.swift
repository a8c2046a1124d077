package import Reports

/// `plan.yml`: what may be reported, and the names people read. `docs/data-quality.md` describes it for its authors.
///
/// A section that is left out takes the contract's. Reading is strict, for a mistyped rule must not silently be none.
package enum PlanFile {
    /// More is no plan: a page takes some 50 bytes, so this is room for 20,000 of them.
    package static let limitBytes = 1 << 20

    /// - Returns: the plan, its version 0: versions are counted where plans are kept, see ``PlanDirectory``.
    package static func read(_ bytes: [UInt8]) throws(PlanFaults) -> TrackingPlan {
        try readAny(bytes, isKept: false).plan
    }

    /// A plan as ``PlanDirectory`` keeps it, with its version and who applied it.
    static func readKept(_ bytes: [UInt8]) throws(PlanFaults) -> KeptPlan {
        let (plan, about) = try readAny(bytes, isKept: true)
        guard let about else {
            throw PlanFaults([PlanFault(line: 1, column: 1, reason: "expected version, applied and by")])
        }
        var versioned = plan
        versioned.version = about.version
        return KeptPlan(plan: versioned, about: about)
    }

    private static func readAny(
        _ bytes: [UInt8],
        isKept: Bool
    ) throws(PlanFaults) -> (plan: TrackingPlan, about: PlanVersion?) {
        guard bytes.count <= limitBytes else {
            throw PlanFaults([PlanFault(line: 1, column: 1, reason: "larger than \(limitBytes) bytes")])
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw PlanFaults([PlanFault(line: lineOfBadUTF8(bytes), column: 1, reason: "not UTF-8")])
        }
        var reader = PlanReader(try YAMLTree(text))
        let plan = reader.plan(isKept: isKept)
        guard reader.faults.isEmpty else { throw PlanFaults(reader.faults) }
        return (plan, reader.about)
    }

    private static func lineOfBadUTF8(_ bytes: [UInt8]) -> Int {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return (lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0) + 1
    }
}

/// One version of the plan, without the plan: which, since when, by whom.
package struct PlanVersion: Sendable, Equatable {
    package var version: UInt32
    /// Unix seconds.
    package var appliedSeconds: Int64
    /// As the audit log names them.
    package var by: String
}

/// A plan as it is kept.
struct KeptPlan: Equatable {
    var plan: TrackingPlan
    var about: PlanVersion
}
