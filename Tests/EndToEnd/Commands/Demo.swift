import Foundation
import Testing

extension Commands {
    @Suite("footprint demo")
    struct Demo {
        @Test("makes traffic that there is something to see of, and the same again adds nothing")
        func demo() async throws {
            try await Installation.serving { server in
                let scope = [
                    ("from", String(nowSeconds() - 6 * 86_400)), ("to", String(nowSeconds() + 86_400)),
                    ("channel", "1"),
                    ("channel", "2"),
                ]
                var counts: [Int?] = []
                for _ in 0..<2 {
                    try await Program.output(
                        of: ["demo", "--users", "40", "--days", "5", "--data", server.installation.data]
                    )
                    // A marker behind the demo's reports: once it is seen, all of them are.
                    let marker = ReportBody.newUser("marker")
                    expectStored(try server.report(ReportBody.text(uid: marker)))
                    _ = try await server.events(of: marker)
                    counts.append(try server.question("overview", scope)["events"]?.int)
                }
                #expect(counts[0] ?? 0 > 100)
                #expect(counts[1] == counts[0])
                let pages = try server.question("pages", scope).array
                #expect(pages?.isEmpty == false)
            }
        }
    }
}
