import Foundation

/// Packs and unpacks with the gzip program: nothing of what is tested takes part.
enum Gzip {
    static func packed(_ bytes: some Collection<UInt8>) async throws -> [UInt8] {
        try await filter(["-9", "-n", "-c"], bytes)
    }

    static func unpacked(_ bytes: some Collection<UInt8>) async throws -> [UInt8] {
        try await filter(["-d", "-c"], bytes)
    }

    private static func filter(_ arguments: [String], _ bytes: some Collection<UInt8>) async throws -> [UInt8] {
        try await TemporaryFolder.with { folder in
            let input = "\(folder)/in"
            try Data(bytes).write(to: URL(filePath: input))
            let child = try ChildProcess(
                "/bin/sh",
                ["-c", "exec gzip \(arguments.joined(separator: " ")) < in"],
                directory: folder,
                outputTo: folder,
                named: "gzip"
            )
            guard try await child.waitForEnd(withinSeconds: 60) == .exit(0) else { throw Failed(errors: child.errors) }
            return Array(try Data(contentsOf: URL(filePath: child.outputPath)))
        }
    }

    struct Failed: Error, CustomStringConvertible {
        let errors: String
        var description: String { "gzip: \(errors)" }
    }
}
