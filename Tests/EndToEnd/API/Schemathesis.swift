import Foundation
import Testing

extension Description {
    /// schemathesis makes requests from the description, right ones and wrong ones, and compares what is answered with
    /// what is said. How, is in `Tests/Schemathesis`; `scripts/setup --tests` installs it.
    @Suite("schemathesis")
    struct Schemathesis {
        private static let python = "\(Program.packageRoot)/.cache/schemathesis/bin/python"
        private static let folder = "\(Program.packageRoot)/Tests/Schemathesis"
        /// What has no end is not among them.
        private static let endless = "^live$"
        /// About half of the requests are about these: the two halves run at the same time.
        private static let half = #"^question\.(overview|trend|pages|positions|breakdown)$"#

        @Test(
            "finds no answer that its description does not allow, and no wrong request that is taken",
            .timeLimit(.minutes(5))
        )
        func wholeAPI() async throws {
            let server = try RunningServer.current
            try #require(
                FileManager.default.isExecutableFile(atPath: Self.python),
                "schemathesis is not installed: `scripts/setup --tests` does it"
            )
            try server.report(
                ReportBody.text(uid: "before", items: #"[{"operate_id":10000,"page_id":1,"trace_id":"a"}]"#)
            )
            try await TemporaryFolder.with { folder in
                let halves = [
                    try start(
                        ["--include-operation-id-regex", Self.half, "--phases", "examples,coverage,fuzzing"],
                        server,
                        folder,
                        named: "first"
                    ),
                    try start(
                        ["--exclude-operation-id-regex", "\(Self.half)|\(Self.endless)"],
                        server,
                        folder,
                        named: "second"
                    ),
                ]
                for half in halves {
                    let ending = try await half.waitForEnd(withinSeconds: 240)
                    Attachment.record(half.output, named: "schemathesis.txt")
                    #expect(ending == .exit(0), "\(half.output)\n\(half.errors)")
                }
            }
        }

        private func start(
            _ selection: [String],
            _ server: Footprint,
            _ folder: String,
            named name: String
        ) throws -> ChildProcess {
            var environment = ProcessInfo.processInfo.environment
            environment["APP_TOKEN"] = server.token
            environment["ADMIN_TOKEN"] = server.installation.adminToken
            environment["SCHEMATHESIS_HOOKS"] = "\(Self.folder)/hooks.py"
            environment["PYTHONDONTWRITEBYTECODE"] = "1"
            if let authority = server.authority { environment["REQUESTS_CA_BUNDLE"] = authority.certificate }
            return try ChildProcess(
                Self.python,
                ["-m", "schemathesis.cli", "--config-file", "\(Self.folder)/schemathesis.toml", "run"]
                    + ["\(server.url)/openapi.json"] + selection,
                environment: environment,
                directory: folder,
                outputTo: folder,
                named: name
            )
        }
    }
}
