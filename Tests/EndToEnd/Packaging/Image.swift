import Foundation
import Testing

extension Packaging {
    /// `packaging/docker`, as far as it can be looked at without a container engine.
    @Suite("The image")
    struct Image {
        /// The file's instructions, continued lines joined, comments left out.
        private func instructions() throws -> [[Substring]] {
            try Packaging.text("docker/Dockerfile")
                .split(separator: "\n").filter { !$0.hasPrefix("#") }.joined(separator: "\n")
                .replacing("\\\n", with: " ")
                .split(separator: "\n").map { $0.split(separator: " ") }
        }

        @Test("copies what is there, and from a stage that there is; .dockerignore lets nothing else in")
        func sources() throws {
            let instructions = try instructions()
            let stages = Set(instructions.filter { $0.first == "FROM" }.compactMap(\.last))
            let copies = instructions.filter { $0.first == "COPY" }
            #expect(copies.count >= 2)
            for copy in copies {
                if let stage = copy.first(where: { $0.hasPrefix("--from=") }) {
                    #expect(stages.contains(stage.dropFirst("--from=".count)), "\(copy)")
                } else {
                    #expect(FileManager.default.fileExists(atPath: "\(Program.packageRoot)/\(copy[1])"), "\(copy)")
                }
            }
            let ignored = try String(contentsOfFile: "\(Program.packageRoot)/.dockerignore", encoding: .utf8)
                .split(separator: "\n").filter { !$0.hasPrefix("#") }
            #expect(ignored.first == "*")
            for line in ignored.dropFirst() {
                #expect(line.hasPrefix("!"))
                // Written by the first build, and not committed.
                if line == "!Package.resolved" { continue }
                #expect(FileManager.default.fileExists(atPath: "\(Program.packageRoot)/\(line.dropFirst())"), "\(line)")
            }
        }

        @Test("runs as nobody in particular, and installs the libraries that the documentation names")
        func runtime() throws {
            let instructions = try instructions()
            #expect(instructions.contains(["USER", "10001:10001"]))
            #expect(instructions.contains { $0.first == "HEALTHCHECK" })
            let all = Set(instructions.joined())
            let documentation = try String(contentsOfFile: "\(Program.packageRoot)/docs/deployment.md", encoding: .utf8)
            let named = try #require(documentation.firstMatch(of: /\| libraries \| `([^`]+)`/)).output.1
            for package in named.split(separator: " ") { #expect(all.contains(package), "\(package)") }
            for variable in ["TOKEN", "SECRET", "PASSWORD"] {
                #expect(!all.contains { $0.uppercased().contains(variable) }, "\(variable) in a layer")
            }
        }
    }
}
