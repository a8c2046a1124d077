import Foundation
import Testing

extension Lifecycle {
    /// Debian's libfaketime, which shows a program the time that a file says.
    static let fakeTime: String? = ["x86_64", "aarch64"]
        .map { "/usr/lib/\($0)-linux-gnu/faketime/libfaketimeMT.so.1" }
        .first { FileManager.default.fileExists(atPath: $0) }

    @Suite("A clock that jumps", .enabled(if: fakeTime != nil, "libfaketime is not installed (scripts/setup --tests)"))
    struct ClockJumps {
        @Test("a year forward and two back: reports are taken, each stored once, in the order they came, and it stops")
        func jumps() async throws {
            try await Installation.with { installation in
                let offset = "\(installation.folder)/clock"
                func jump(days: Int) throws {
                    try "\(days >= 0 ? "+" : "")\(days)d".write(toFile: offset, atomically: true, encoding: .utf8)
                }
                try jump(days: 0)
                let token = try await Installation.issueToken(
                    app: installation.app,
                    data: installation.data,
                    ttlSeconds: 100_000_000
                )
                let server = try await installation.serve(environment: [
                    "LD_PRELOAD": try #require(Lifecycle.fakeTime), "FAKETIME_TIMESTAMP_FILE": offset,
                    "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1",
                ])
                let uid = ReportBody.newUser("jumping")
                var expected: [Int] = []
                for days in [0, 400, 399, -365, 0] {
                    try jump(days: days)
                    let now = nowSeconds() + days * 86_400
                    let items = #"[{"event_time":\#(now),"page_id":\#(expected.count + 1)}]"#
                    let answer = try server.ask(.report(ReportBody.text(uid: uid, items: items), token: token))
                    // A token is not good before it was issued; what the clock says is what counts.
                    if days < 0 {
                        #expect(answer.ret == 0 || answer.ret == 1002, "\(answer)")
                    } else {
                        expectStored(answer)
                    }
                    if answer.ret == 0 { expected.append(now) }
                    #expect(try server.ask(.get("/readyz")).status == 200)
                }
                let events = try await eventually("\(expected.count) events", withinSeconds: 60, every: 0.3) {
                    let found = try await server.sql("SELECT page_id FROM events WHERE uid = '\(uid)' ORDER BY arrival")
                    return found.count >= expected.count ? found : nil
                }
                #expect(events == (1...expected.count).map(String.init), "arrival is not the order they came in")
                #expect(try await server.stop() == .exit(0))
                try await Self.expectRestart(installation, uid: uid, count: expected.count)
            }
        }

        /// What was stored under other clocks is there under the right one.
        private static func expectRestart(_ installation: Installation, uid: String, count: Int) async throws {
            let server = try await installation.serve()
            #expect(try await server.sql("SELECT count() FROM events WHERE uid = '\(uid)'") == [String(count)])
        }
    }
}

extension Footprint {
    /// The rows of a statement's answer, fields joined by commas.
    func sql(_ statement: String) async throws -> [String] {
        let arguments = ["sql", statement, "--data", installation.data, "--format", "csv"]
        let output = try await Program.output(of: arguments)
        return output.split(whereSeparator: \.isNewline).dropFirst().map(String.init)
    }
}
