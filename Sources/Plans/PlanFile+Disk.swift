import Foundation
package import Reports

/// Why a plan file that somebody named is of no use.
package enum PlanFileError: Error, Sendable, Equatable, CustomStringConvertible {
    case unreadable(file: String, reason: String)
    case wrong(file: String, PlanFaults)

    /// A line for each error, `FILE:LINE:COL: …`.
    package var description: String {
        switch self {
        case .unreadable(let file, let reason): "cannot read the tracking plan \(file): \(reason)"
        case .wrong(let file, let faults): faults.text(in: file)
        }
    }
}

extension PlanFile {
    /// Reads the plan in a file that somebody named.
    package static func read(path: String) throws(PlanFileError) -> TrackingPlan {
        // Asked first, for its reason is plainer than Foundation's.
        guard access(path, R_OK) == 0 else {
            throw .unreadable(file: path, reason: String(cString: strerror(errno)))
        }
        let bytes: [UInt8]
        do {
            bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw .unreadable(file: path, reason: error.localizedDescription)
        }
        do throws(PlanFaults) { return try read(bytes) } catch { throw .wrong(file: path, error) }
    }
}
