import Foundation
import Testing

extension Plan {
    @Suite("What a new one would change")
    struct Difference {
        /// One event as it was sent.
        private struct Sent {
            var daysAgo: Int
            var page: Int?
            var channel: Int?
            var duration: Int?
            var hasDevice: Bool
            var operation: Int?

            /// The rules of the strict plan that it breaks, written without a look at the program.
            var broken: [String] {
                var broken: [String] = []
                if let page, page > 2 { broken.append("page_id is not among pages") }
                if operation == 11000 { broken.append("operate_id is not among operate_ids") }
                guard operation == 12000 else { return broken }
                if channel == 1 { broken.append("operate_id 12000: another channel") }
                if page == nil { broken.append("operate_id 12000: page_id is required") }
                if !hasDevice { broken.append("operate_id 12000: device_type is required") }
                if let duration, duration < 1 || duration > 86_400 {
                    broken.append("operate_id 12000: duration outside 1 to 86400")
                }
                return broken
            }
        }

        private static func day(_ ago: Int) -> String {
            let formatter = DateFormatter()
            formatter.locale = Locale(identifier: "en_US_POSIX")
            formatter.timeZone = TimeZone(identifier: "Asia/Shanghai")
            formatter.dateFormat = "yyyy-MM-dd"
            return formatter.string(from: Date(timeIntervalSince1970: Double(nowSeconds() - ago * 86_400)))
        }

        @Test("the counts of what it would have refused are those of an independent count, with a server and without")
        func counts() async throws {
            try await Installation.with { installation in
                // Everything is let through first.
                let open = Plan.lenient.replacingOccurrences(
                    of: "operate_ids:",
                    with: "operate_ids:\n  11000: { name: Mini }"
                )
                try await Plan.apply(open, in: installation)
                let server = try await installation.serve()
                var sent: [Sent] = []
                var expected: [String: Int] = [:]
                var total = 0
                for number in 0..<300 {
                    let event = Sent(
                        daysAgo: number % 9,
                        page: [nil, 1, 2, 3][number % 4],
                        channel: [nil, 1, 2][number % 3],
                        duration: [nil, 0, 1, 86_400, 86_401][number % 5],
                        hasDevice: number % 7 != 0,
                        operation: [12000, 12000, 10000, 11000, nil][number / 3 % 5]
                    )
                    sent.append(event)
                    let fields = [
                        #""event_time":\#(nowSeconds() - event.daysAgo * 86_400)"#, #""trace_id":"\#(number)""#,
                        event.page.map { #""page_id":\#($0)"# }, event.channel.map { #""channel":\#($0)"# },
                        event.duration.map { #""duration":\#($0)"# },
                        event.operation.map { #""operate_id":\#($0)"# },
                    ].compactMap { $0 }.joined(separator: ",")
                    let head = event.hasDevice ? #","device_type":1"# : ""
                    expectStored(try server.report(ReportBody.text(uid: "diff", head: head, items: "[{\(fields)}]")))
                    guard event.daysAgo < 7, !event.broken.isEmpty else { continue }
                    total += 1
                    for rule in event.broken { expected["\(Self.day(event.daysAgo)) \(rule)", default: 0] += 1 }
                }
                _ = try await server.events(of: "diff", atLeast: 300)

                let file = try Plan.write(Plan.strict, in: installation)
                let arguments = ["plan", "diff", "current", file, "--data", installation.data]
                func check(_ what: Comment) async throws {
                    let answer = try JSON.parse(try await Program.output(of: arguments + ["--format", "json"]))
                    var found: [String: Int] = [:]
                    for row in try #require(answer["refused"]?.array) {
                        found["\(row["day"]?.string ?? "") \(row["rule"]?.string ?? "")"] = row["events"]?.int
                    }
                    #expect(found == expected, what)
                    #expect(answer["events"]?.int == total, what)
                    #expect(
                        answer["changes"]?.array?.map { "\($0["kind"]?.string ?? "") \($0["id"]?.int ?? -1)" } == [
                            "removed 11000", "changed 12000", "changed -1", "added 1", "added 2", "added 5",
                        ],
                        what
                    )
                }
                try await check("by the server")
                let table = try await Program.output(of: arguments)
                #expect(
                    table.contains("The new plan would have refused \(total) events of the last 7 days:"),
                    "\(table)"
                )
                let today = try await Program.output(of: arguments + ["--days", "1"])
                #expect(today.contains("of today:"), "\(today)")
                let none = try await Program.output(of: ["plan", "diff", "2", "current", "--data", installation.data])
                #expect(none.contains("the two plans say the same") && none.contains("refused none"), "\(none)")
                #expect(try await server.stop() == .exit(0))
                try await check("from the store")
            }
        }

        @Test("two files are compared without a data directory; what is wrong in one is said")
        func files() async throws {
            try await TemporaryFolder.with { folder in
                for (name, text) in [("a.yml", Plan.lenient), ("b.yml", Plan.strict), ("c.yml", "pages: 1")] {
                    try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
                }
                let data = ["--data", "\(folder)/none"]
                let good = try await Program.run(["plan", "diff", "\(folder)/a.yml", "\(folder)/b.yml"] + data)
                #expect(good.succeeded && good.output.contains("首页 / Home"), "\(good)")
                #expect(good.errors.contains("events were not counted"))
                let bad = try await Program.run(["plan", "diff", "\(folder)/a.yml", "\(folder)/c.yml"] + data)
                #expect(bad.ending == .exit(1) && bad.errors.contains("c.yml:1:8: expected a mapping"), "\(bad)")
                let check = try await Program.run(["plan", "check", "\(folder)/c.yml"])
                #expect(check.ending == .exit(1) && check.errors.contains("c.yml:1:8: expected a mapping"), "\(check)")
            }
        }
    }
}
