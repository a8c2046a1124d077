import Foundation
import Testing

extension Packaging {
    /// `packaging/systemd`, as systemd's own tools see it. They need no systemd that runs.
    @Suite("The unit for systemd", .enabled(if: FileManager.default.isExecutableFile(atPath: Packaging.systemdAnalyze)))
    struct Unit {
        /// The unit with the built program in the place of the installed one, which need not be there, and with these
        /// drop-ins.
        private func withUnit<Value>(dropIns: [String] = [], _ body: (String) async throws -> Value) async throws
            -> Value
        {
            try await TemporaryFolder.with { folder in
                let unit = "\(folder)/footprint.service"
                try Packaging.text("systemd/footprint.service")
                    .replacing("/usr/local/bin/footprint", with: Program.path())
                    .write(toFile: unit, atomically: true, encoding: .utf8)
                try FileManager.default.createDirectory(atPath: "\(unit).d", withIntermediateDirectories: false)
                for name in dropIns {
                    try Packaging.text("systemd/\(name)")
                        .write(toFile: "\(unit).d/\(name)", atomically: true, encoding: .utf8)
                }
                return try await body(unit)
            }
        }

        @Test("systemd finds nothing to say against it", arguments: [[], ["low-port.conf"], ["tls.conf"]])
        func verified(dropIns: [String]) async throws {
            try await withUnit(dropIns: dropIns) { unit in
                let finished = try await Packaging.run(Packaging.systemdAnalyze, ["verify", "--man=no", unit])
                #expect(
                    finished.ending == .exit(0) && finished.output.isEmpty && finished.errors.isEmpty,
                    "\(finished)"
                )
            }
        }

        /// 1.2 of 10 with systemd 252, which gives a unit without any restriction 9.6. Other versions look at other
        /// things; of one that cannot look at a file (before 250) nothing is claimed.
        @Test("leaves the service hardly anything to do harm with", arguments: [[], ["low-port.conf"], ["tls.conf"]])
        func exposure(dropIns: [String]) async throws {
            try await withUnit(dropIns: dropIns) { unit in
                let options = ["security", "--offline=true", "--no-pager"]
                let told = try await Packaging.run(Packaging.systemdAnalyze, options + [unit])
                guard told.output.contains("Overall exposure") else { return }
                let judged = try await Packaging.run(Packaging.systemdAnalyze, options + ["--threshold=25", unit])
                #expect(judged.ending == .exit(0), "more than 2.5: \(judged.output)")
            }
        }

        @Test("gives a drain more time than it takes, and what it writes to nobody else")
        func promises() throws {
            let lines = try Packaging.text("systemd/footprint.service").split(separator: "\n").map(String.init)
            for line in [
                "TimeoutStopSec=30", "StateDirectoryMode=0700", "UMask=0077", "DynamicUser=yes", "LimitCORE=0",
                "ExecReload=/bin/kill -HUP $MAINPID", "EnvironmentFile=-/etc/footprint/footprint.env",
            ] { #expect(lines.contains(line), "\(line)") }
            // With it the engine's compiled expressions fail at the fourth asking; docs/deployment.md.
            #expect(!lines.contains { $0.hasPrefix("MemoryDenyWriteExecute=") })
        }
    }
}
