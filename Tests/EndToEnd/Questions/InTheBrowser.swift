import Foundation
import Testing

extension Questions {
    /// The console in Debian's Chromium, with the shop's events behind it. What is looked at is written down beside the
    /// pages themselves, in `web/console/tests/browser_check.py`.
    @Suite("The console in a browser")
    struct InTheBrowser {
        private static let check = "\(Program.packageRoot)/web/console/tests/browser_check.py"

        @Test(
            "every page shows what the API says, in both languages, light and dark, wide and narrow",
            .timeLimit(.minutes(12))
        )
        func console() async throws {
            let server = try RunningServer.current
            let chromium = try #require(
                ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].first {
                    FileManager.default.isExecutableFile(atPath: $0)
                },
                "no Chromium here: `make setup` for tests installs it"
            )
            let pictures = "\(Program.packageRoot)/.artifacts/console"
            try FileManager.default.createDirectory(atPath: pictures, withIntermediateDirectories: true)
            try await TemporaryFolder.with { folder in
                let python = try ChildProcess(
                    "/usr/bin/python3",
                    [
                        Self.check, chromium, server.url, server.installation.adminToken, pictures, "--from",
                        "2024-03-01",
                        "--to", "2024-03-31",
                    ],
                    directory: Program.packageRoot,
                    outputTo: folder,
                    named: "browser"
                )
                let ending = try await python.waitForEnd(withinSeconds: 660)
                Attachment.record(python.output, named: "browser.json")
                #expect(ending == .exit(0), "\(python.output)\n\(python.errors)")
            }
        }
    }
}
