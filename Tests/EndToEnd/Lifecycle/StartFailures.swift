import Foundation
import Testing

extension Lifecycle {
    /// What is missing is said in one clear sentence, and the exit status says that something is.
    @Suite("A server that cannot start says why")
    struct StartFailures {
        private func expectSentence(
            _ finished: Program.Finished,
            naming words: [String],
            sourceLocation: SourceLocation = #_sourceLocation
        ) {
            if case .exit(let status) = finished.ending {
                #expect(status != 0, sourceLocation: sourceLocation)
            } else {
                Issue.record("it did not exit: \(finished)", sourceLocation: sourceLocation)
            }
            for word in words { #expect(finished.errors.contains(word), "\(finished)", sourceLocation: sourceLocation) }
            let lines = finished.errors.split(separator: "\n")
            #expect(
                (1...2).contains(lines.count),
                "one sentence, not \(lines.count) lines: \(finished)",
                sourceLocation: sourceLocation
            )
            for noise in ["Fatal error", "Stack dump", "errno", "NIO", "Swift."] {
                #expect(!finished.errors.contains(noise), "\(finished)", sourceLocation: sourceLocation)
            }
            #expect(finished.output.isEmpty, "\(finished)", sourceLocation: sourceLocation)
        }

        @Test("a data directory that another server uses")
        func directoryInUse() async throws {
            try await Installation.serving { server in
                let data = server.installation.data
                let second = try await Program.run(["serve", "--data", data, "--port", "0"], withinSeconds: 60)
                expectSentence(second, naming: [data])
                // The first is none the worse for it, and still the one that is announced.
                expectStored(try server.report(ReportBody.text(items: "[{}]")))
                let announcement = try JSON.parse(Data(contentsOf: URL(filePath: "\(data)/serve.json")))
                #expect(announcement["pid"]?.int == Int(server.process.pid))
            }
        }

        @Test("a port that is taken")
        func portTaken() async throws {
            try await Installation.serving { server in
                try await TemporaryFolder.with { folder in
                    let port = String(server.port)
                    let second = try await Program.run(
                        ["serve", "--data", "\(folder)/data", "--port", port],
                        withinSeconds: 60
                    )
                    expectSentence(second, naming: [port])
                }
            }
        }

        @Test("a data directory that cannot be made, or written to")
        func notWritable() async throws {
            try await TemporaryFolder.with { folder in
                try Data().write(to: URL(filePath: "\(folder)/file"))
                var directories = ["\(folder)/file", "\(folder)/file/data"]
                // Nothing is read-only to root but what no system lets anybody write.
                if geteuid() == 0 {
                    directories.append("/proc/footprint")
                } else {
                    try FileManager.default.createDirectory(
                        atPath: "\(folder)/closed",
                        withIntermediateDirectories: false,
                        attributes: [.posixPermissions: 0o555]
                    )
                    directories += ["\(folder)/closed", "\(folder)/closed/data"]
                }
                for directory in directories {
                    let finished = try await Program.run(
                        ["serve", "--data", directory, "--port", "0"],
                        withinSeconds: 60
                    )
                    expectSentence(finished, naming: [directory])
                }
            }
        }

        @Test("an engine library that is not there, or is none")
        func noEngine() async throws {
            try await TemporaryFolder.with { folder in
                let wrong = "\(folder)/engine.so"
                try Data("no library".utf8).write(to: URL(filePath: wrong))
                for path in ["\(folder)/missing.so", wrong] {
                    let finished = try await Program.run(
                        ["serve", "--data", "\(folder)/data", "--port", "0"],
                        environment: ["FOOTPRINT_ENGINE": path],
                        withinSeconds: 60
                    )
                    expectSentence(finished, naming: [path])
                }
            }
        }

        @Test(
            "an option that there is not, or a value that it cannot have",
            arguments: [["--nonsense"], ["--port", "70000"], ["--port", "x"]]
        )
        func badOptions(options: [String]) async throws {
            try await TemporaryFolder.with { folder in
                let finished = try await Program.run(
                    ["serve", "--data", "\(folder)/data"] + options,
                    withinSeconds: 60
                )
                #expect(finished.ending != .exit(0))
                #expect(finished.errors.contains(options[0].replacing("--", with: "")), "\(finished)")
            }
        }
    }
}
