import Foundation
import Testing

extension Packaging {
    /// `make install` into an empty folder, and a server from there.
    @Suite("make install")
    struct Installed {
        private static let prefix = "/usr/local"

        /// Installs below `root`. Program and toolchain are those of the tests.
        private func install(below root: String) async throws {
            let finished = try await Packaging.run(
                "/usr/bin/env",
                ["make", "install", "DESTDIR=\(root)", "PREFIX=\(Self.prefix)"],
                environment: ProcessInfo.processInfo.environment.merging(["FOOTPRINT_BIN": Program.path()]) { $1 },
                withinSeconds: 120
            )
            try #require(finished.succeeded, "\(finished)")
        }

        /// Every file and folder below `root`, by path.
        private func tree(_ root: String) throws -> [String: FileAttributes] {
            var tree: [String: FileAttributes] = [:]
            for path in try FileManager.default.subpathsOfDirectory(atPath: root) {
                let attributes = try FileManager.default.attributesOfItem(atPath: "\(root)/\(path)")
                tree[path] = FileAttributes(
                    isLink: attributes[.type] as? FileAttributeType == .typeSymbolicLink,
                    mode: (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
                )
            }
            return tree
        }

        private struct FileAttributes {
            let isLink: Bool
            let mode: Int
        }

        @Test(
            "makes a tree that serves by itself: from anywhere, on a read-only system, without source or toolchain"
        )
        func serves() async throws {
            try await TemporaryFolder.with { root in
                try await install(below: root)
                // A second time is an upgrade, and leaves the same.
                let before = try tree(root)
                try await install(below: root)
                let after = try tree(root)
                #expect(Set(before.keys) == Set(after.keys))

                let place = "\(root)\(Self.prefix)"
                for path in [
                    "bin/footprint", "lib/footprint/footprint", "lib/footprint/engine/libchdb.so",
                    "share/footprint/web/console/index.html", "share/footprint/.assets/echarts.min.js",
                    "share/footprint/systemd/tls.conf", "lib/systemd/system/footprint.service",
                ] { #expect(after["usr/local/\(path)"] != nil, "\(path)") }
                for (path, attributes) in after where !attributes.isLink {
                    #expect(attributes.mode & 0o022 == 0, "others may write \(path)")
                    #expect(attributes.mode & 0o444 == 0o444, "others cannot read \(path)")
                }
                #expect(!after.keys.contains { $0.hasSuffix(".new") || $0.hasSuffix(".old") || $0.contains("tests") })

                try await Installation.with { installation in
                    try await serves(from: place, installation, readOnly: false)
                    try await serves(from: place, installation, readOnly: true)
                }
            }
        }

        /// Starts the installed program in an empty folder; with `readOnly` as the unit would: no privilege, and nothing
        /// to write to but the data directory.
        private func serves(from place: String, _ installation: Installation, readOnly: Bool) async throws {
            let program = "\(place)/bin/footprint"
            let serve = ["serve", "--data", installation.data, "--port", "0"]
            let script = """
                mount --bind "$1" "$1" && mount -o remount,bind,ro / && shift && cd / && \
                exec setpriv --bounding-set=-all --inh-caps=-all --no-new-privs -- "$@"
                """
            let empty = "\(installation.folder)/empty"
            try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
            let process = try ChildProcess(
                readOnly ? "/usr/bin/unshare" : program,
                readOnly
                    ? ["--map-root-user", "--mount", "/bin/sh", "-c", script, "sh", installation.data, program] + serve
                    : serve,
                // Nothing that tells where the source's engine or pages lie.
                environment: ["PATH": "/usr/bin:/bin"],
                directory: empty,
                outputTo: installation.folder,
                named: readOnly ? "read-only" : "installed"
            )
            let server = Footprint(
                process: process,
                installation: installation,
                data: installation.data,
                authority: nil
            )
            try await server.waitUntilReady()

            let uid = ReportBody.newUser()
            expectStored(try server.report(ReportBody.text(uid: uid, items: #"[{"page_id":1}]"#)))
            #expect(try await server.events(of: uid).count == 1)
            let page = try server.ask(.get("/")).text
            let charts = try #require(page.firstMatch(of: /\/assets\/echarts\.[0-9a-f]+\.js/))
            #expect(try server.ask(.get(String(charts.output))).status == 200)

            // What it has in memory came from its own folder or from the system.
            let mapped = try await Packaging.run("/bin/cat", ["/proc/\(process.pid)/maps"]).output
            let hasOwnEngine = mapped.contains("\(place)/lib/footprint/engine/libchdb.so")
            #expect(hasOwnEngine)
            let foreign = mapped.split(separator: "\n").filter {
                $0.contains("\(Program.packageRoot)/") || $0.contains("/lib/swift/linux/")
            }
            #expect(foreign.isEmpty)
            #expect(try await server.stop() == .exit(0))
        }

        @Test("says what is missing, and installs nothing")
        func missing() async throws {
            try await TemporaryFolder.with { root in
                for (variable, value) in [("FOOTPRINT_BIN", "\(root)/none"), ("PREFIX", "relative")] {
                    let environment = ["PATH": "/usr/bin:/bin", "DESTDIR": "\(root)/installed", variable: value]
                    let finished = try await Packaging.run(
                        "\(Program.packageRoot)/scripts/install",
                        [],
                        environment: ["FOOTPRINT_BIN": Program.path()].merging(environment) { $1 }
                    )
                    #expect(finished.ending == .exit(1))
                    #expect(finished.errors.contains(value), "\(finished)")
                    #expect(!FileManager.default.fileExists(atPath: "\(root)/installed"))
                }
            }
        }
    }
}
