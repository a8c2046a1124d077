import Foundation
import Testing

/// What the program is put into: the tree of `make install`, the unit for systemd, the image.
@Suite("Packaging")
struct Packaging {
    static let systemdAnalyze = "/usr/bin/systemd-analyze"
    static let folder = "\(Program.packageRoot)/packaging"

    /// Runs a program that is not ours to its end.
    static func run(
        _ executable: String,
        _ arguments: [String],
        environment: [String: String]? = nil,
        withinSeconds seconds: Double = 60
    ) async throws -> Program.Finished {
        try await TemporaryFolder.with { folder in
            let child = try ChildProcess(
                executable,
                arguments,
                environment: environment,
                directory: Program.packageRoot,
                outputTo: folder,
                named: "command"
            )
            let ending = try await child.waitForEnd(withinSeconds: seconds)
            return Program.Finished(ending: ending, output: child.output, errors: child.errors)
        }
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8)
    }
}
