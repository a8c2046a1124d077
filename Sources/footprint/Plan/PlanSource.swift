import Access
import Foundation
import Plans
import Reports

/// A plan as a command is given it: `current`, a version's number, or a file.
enum PlanSource: Equatable {
    case current
    case version(UInt32)
    case file(String)

    init(_ text: String) {
        if text == "current" {
            self = .current
        } else if let version = UInt32(text) {
            self = .version(version)
        } else {
            self = .file(text)
        }
    }

    /// - Parameter dataDirectory: whose versions are meant; not looked at for a file.
    func read(dataDirectory: String) throws(CommandFailure) -> TrackingPlan {
        let directory = PlanDirectory(dataDirectory: dataDirectory)
        do {
            switch self {
            case .current: return try directory.current()
            case .version(let version): return try directory.version(version)
            case .file(let path): return try PlanFile.read(path: path)
            }
        } catch let error as PlanError {
            throw Self.failure(error)
        } catch let error as PlanFileError {
            throw Self.failure(error)
        } catch {
            throw .unable("\(error)")
        }
    }

    static func failure(_ error: PlanError) -> CommandFailure {
        switch error {
        case .noVersion: .usage("\(error)")
        case .files, .damaged: .unable("\(error)")
        }
    }

    /// The errors of a file are printed as compilers print theirs, so that editors find the places.
    static func failure(_ error: PlanFileError) -> CommandFailure {
        switch error {
        case .unreadable: return .unable("\(error)")
        case .wrong(let file, let faults):
            Terminal.error.line("\(error)")
            return .found("\(file) has \(counted(faults.faults.count, "error"))")
        }
    }
}
