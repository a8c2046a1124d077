import Foundation

/// The built program under test: `FOOTPRINT_BIN`, else the release build of this package, else its debug build.
enum Program {
    struct Missing: Error, CustomStringConvertible {
        let looked: [String]
        var description: String {
            "the program under test is not built: looked for \(looked.joined(separator: ", ")); "
                + "build it with `swift build -c release --product footprint` or name it in FOOTPRINT_BIN"
        }
    }

    /// How a finished command ended, and what it wrote.
    struct Finished: CustomStringConvertible {
        let ending: ChildProcess.Ending
        let output: String
        let errors: String

        var succeeded: Bool { ending == .exit(0) }
        var description: String { "\(ending)\nstdout: \(output)\nstderr: \(errors)" }
    }

    /// A command that should have succeeded and did not.
    struct CommandFailed: Error, CustomStringConvertible {
        let arguments: [String]
        let finished: Finished
        var description: String { "footprint \(arguments.joined(separator: " ")): \(finished)" }
    }

    static let packageRoot = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    static func path() throws(Missing) -> String {
        let named = ProcessInfo.processInfo.environment["FOOTPRINT_BIN"]
        let candidates =
            named.map { [$0] }
            ?? [".build/release/footprint", ".build/debug/footprint"].map { "\(packageRoot)/\($0)" }
        guard let found = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
            throw Missing(looked: candidates)
        }
        return found
    }

    static func start(
        _ arguments: [String],
        environment: [String: String] = [:],
        outputTo folder: String,
        named name: String
    ) throws -> ChildProcess {
        try ChildProcess(
            path(),
            arguments,
            environment: self.environment(environment),
            directory: packageRoot,
            outputTo: folder,
            named: name
        )
    }

    /// Settings of whoever runs the tests must not reach the program; where its engine lies may. In a run by TLS, every
    /// server has the run's certificate, and every command trusts its authority.
    static func environment(_ given: [String: String] = [:]) -> [String: String] {
        var environment = ProcessInfo.processInfo.environment
            .filter { !$0.key.hasPrefix("FOOTPRINT_") || $0.key == "FOOTPRINT_ENGINE" }
        if let authority = TestAuthority.ofThisRun {
            environment["FOOTPRINT_TLS_CERT"] = authority.serverCertificate
            environment["FOOTPRINT_TLS_KEY"] = authority.serverKey
            environment["FOOTPRINT_CA_FILE"] = authority.certificate
        }
        return environment.merging(given) { _, given in given }
    }

    /// Runs one command to its end.
    static func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        withinSeconds seconds: Double = 120
    ) async throws -> Finished {
        try await TemporaryFolder.with { folder in
            let child = try start(arguments, environment: environment, outputTo: folder, named: "command")
            let ending = try await child.waitForEnd(withinSeconds: seconds)
            return Finished(ending: ending, output: child.output, errors: child.errors)
        }
    }

    /// Runs one command that must succeed; returns what it wrote to stdout.
    @discardableResult
    static func output(
        of arguments: [String],
        environment: [String: String] = [:],
        withinSeconds seconds: Double = 120
    ) async throws -> String {
        let finished = try await run(arguments, environment: environment, withinSeconds: seconds)
        guard finished.succeeded else { throw CommandFailed(arguments: arguments, finished: finished) }
        return finished.output
    }
}
