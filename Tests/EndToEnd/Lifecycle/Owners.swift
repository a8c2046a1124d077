import Foundation
import Testing

extension Lifecycle {
    /// As root only, which is how `sudo footprint …` runs; on other machines there is nothing to try.
    @Suite("Root's commands on another user's data directory", .enabled(if: geteuid() == 0))
    struct Owners {
        private static let nobody: uid_t = 65_534

        private func give(_ path: String, to user: uid_t) throws {
            for name in [""] + (FileManager.default.subpaths(atPath: path) ?? []).map({ "/" + $0 }) {
                guard lchown(path + name, user, user) == 0 else { throw CocoaError(.fileWriteNoPermission) }
            }
        }

        @Test("what they make belongs to that user, and the log names who asked")
        func owner() async throws {
            try await Installation.with { installation in
                try give(installation.data, to: Self.nobody)
                // Everybody may pass through the folders above.
                chmod(installation.folder, 0o755)
                try await Program.output(
                    of: ["app", "add", "by root", "--data", installation.data],
                    environment: ["SUDO_USER": "alice"]
                )
                let log = try await Program.output(of: ["audit", "--data", installation.data])
                #expect(log.contains("cli:alice"))
                for name in try FileManager.default.subpathsOfDirectory(atPath: installation.data) {
                    let owner = try FileManager.default.attributesOfItem(atPath: "\(installation.data)/\(name)")
                    #expect(owner[.ownerAccountID] as? Int == Int(Self.nobody), "\(name)")
                }
            }
        }

        @Test("they work where only root can enter the folder above, as systemd keeps a dynamic user's data")
        func hidden() async throws {
            try await Installation.with { installation in
                try give(installation.data, to: Self.nobody)
                chmod(installation.folder, 0o700)
                let apps = try await Program.output(of: ["app", "list", "--data", installation.data])
                #expect(apps.contains(installation.app))
                try await Program.output(of: ["app", "add", "second", "--data", installation.data])
            }
        }

        @Test("a link in a file's place leads them nowhere", arguments: ["lock", "audit.jsonl", "apps.json.new"])
        func link(name: String) async throws {
            try await Installation.with { installation in
                chmod(installation.folder, 0o755)
                let target = "\(installation.folder)/elsewhere"
                let link = "\(installation.data)/access/\(name)"
                try? FileManager.default.removeItem(atPath: link)
                try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
                try give(installation.data, to: Self.nobody)
                _ = try await Program.run(["app", "add", "by root", "--data", installation.data])
                #expect(!FileManager.default.fileExists(atPath: target))
            }
        }
    }
}
