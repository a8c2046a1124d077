import Foundation
import Synchronization
import Testing

extension Plan {
    @Suite("How it changes")
    struct Reload {
        /// What one connection sent, and what it was told.
        private struct Told: Sendable {
            var stored: Set<Int> = []
            var refused: Set<Int> = []
            var odd: [String] = []
        }

        /// Sends taps without a page, which the strict plan refuses, until `stopped` is raised.
        private static func send(uid: String, port: Int, token: String, until stopped: Load.StopSign) throws -> Told {
            var told = Told()
            let connection = try HTTPConnection(port: port, timeoutSeconds: 20)
            var number = 0
            while !stopped.isRaised {
                let item = #"{"operate_id":12000,"channel":2,"trace_id":"\#(number)"}"#
                let body = ReportBody.text(uid: uid, head: #","device_type":1"#, items: "[\(item)]")
                try connection.send(HTTPRequest.report(body, token: token).bytes)
                let answer = try connection.answer()
                switch answer.ret {
                case 0: told.stored.insert(number)
                case 1001 where answer.detail?.hasPrefix("items[0].page_id: required for operate_id 12000") == true:
                    told.refused.insert(number)
                default: told.odd.append("\(answer)")
                }
                number += 1
            }
            return told
        }

        @Test("on SIGHUP under load no report is lost, and each is judged by the version that it is stored with")
        func underLoad() async throws {
            try await Installation.with { installation in
                let file = try Plan.write(Plan.lenient, in: installation)
                let server = try await installation.serve(options: ["--plan", file])
                #expect(try Plan.version(server) == 2)
                let stopped = Load.StopSign()
                let (port, token) = (server.port, server.token)
                let told = try await withThrowingTaskGroup(of: (String, Told).self) { group in
                    for index in 0..<4 {
                        group.addTask {
                            let uid = "load-\(index)"
                            return (
                                uid,
                                try await onOwnThread {
                                    try Self.send(uid: uid, port: port, token: token, until: stopped)
                                }
                            )
                        }
                    }
                    for version in 3...12 {
                        _ = try Plan.write(version.isMultiple(of: 2) ? Plan.lenient : Plan.strict, in: installation)
                        server.process.send(SIGHUP)
                        try await Plan.waitForVersion(version, server)
                        try await Task.sleep(for: .milliseconds(150))
                    }
                    stopped.raise()
                    return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
                }
                #expect(try await server.stop() == .exit(0))
                let rows = try await Plan.rows(
                    "SELECT uid, trace_id, plan_version, count() FROM events GROUP BY uid, trace_id, plan_version",
                    in: installation
                )
                var found: [String: Set<Int>] = [:]
                for row in rows {
                    let number = try #require(Int(row[1]))
                    let version = try #require(Int(row[2]))
                    #expect(row[3] == "1" && found[row[0], default: []].insert(number).inserted, "\(row)")
                    // Odd versions refuse it.
                    #expect(version.isMultiple(of: 2), "\(row)")
                }
                for (uid, told) in told {
                    #expect(told.odd == [])
                    #expect(!told.stored.isEmpty && !told.refused.isEmpty)
                    #expect(found[uid] == told.stored, "\(uid)")
                }
            }
        }

        @Test("a wrong file is a start failure with every error, and on SIGHUP keeps the plan and logs every error")
        func wrongFiles() async throws {
            try await Installation.with { installation in
                let wrong = "pages:\n  x: a\nversion: 7\n"
                let file = try Plan.write(wrong, in: installation)
                let arguments = ["serve", "--data", installation.data, "--port", "0", "--plan", file]
                let finished = try await Program.run(arguments)
                #expect(finished.ending == .exit(2), "\(finished)")
                let errors = [
                    #"\#(file):2:3: expected an id from 0 to 4294967295, found "x""#,
                    "\(file):3:1: the server counts the versions; leave this out",
                ]
                for error in errors { #expect(finished.errors.contains(error), "\(finished)") }
                let missing = try await Program.run(arguments.dropLast() + ["/nonexistent/plan.yml"])
                #expect(missing.ending == .exit(2), "\(missing)")
                #expect(missing.errors.contains("cannot read the tracking plan /nonexistent/plan.yml: No such file"))

                _ = try Plan.write(Plan.strict, in: installation)
                let server = try await installation.serve(options: ["--plan", file])
                #expect(try Plan.version(server) == 2)
                _ = try Plan.write(wrong, in: installation)
                try await Plan.reload(server, saying: "read the settings again")
                let log = server.process.errors.replacingOccurrences(of: "\\\"", with: "\"")
                for error in errors { #expect(log.contains(error)) }
                #expect(try Plan.version(server) == 2)
                expectRefused(
                    try server.report(ReportBody.text(items: #"[{"page_id":9}]"#)),
                    .exactly("items[0].page_id: not a value of the tracking plan")
                )
                // Mended, it is the next version.
                _ = try Plan.write(Plan.lenient, in: installation)
                try await Plan.reload(server, saying: "took up the tracking plan")
                #expect(try Plan.version(server) == 3)
                expectStored(try server.report(ReportBody.text(items: #"[{"page_id":9}]"#)))
            }
        }

        @Test("over HTTP, and without a new version where it says nothing new; the next start goes on with it")
        func overHTTP() async throws {
            try await Installation.with { installation in
                var server = try await installation.serve()
                func put(_ text: String) throws -> HTTPAnswer {
                    try server.ask(
                        HTTPRequest(
                            method: "PUT",
                            target: "/api/v1/plan",
                            headers: [
                                ("Host", "localhost"), ("Content-Type", "application/yaml"),
                                ("Authorization", installation.adminToken),
                            ],
                            body: Array(text.utf8)
                        )
                    )
                }
                #expect(try put(Plan.strict).json?["data"]?["version"]?.int == 2)
                // In force when the answer is there.
                let body = ReportBody.text(items: #"[{"page_id":9}]"#)
                expectRefused(try server.report(body), .exactly("items[0].page_id: not a value of the tracking plan"))
                let again = try put(Plan.strict)
                #expect(again.json?["data"]?["version"]?.int == 2 && again.text.contains(#""changed":false"#))
                let wrong = try put("pages: 1\nx: 2\n")
                #expect(wrong.status == 400 && wrong.json?["errors"]?.array?.count == 2, "\(wrong)")
                let versions = try server.question("plan/versions")
                #expect(versions.array?.compactMap { $0["version"]?.int } == [2, 1])
                #expect(versions[0]?["by"]?.string?.hasPrefix("admin:") == true)
                let audit = try await Program.output(
                    of: ["audit", "--data", installation.data, "--action", "plan", "--json"]
                )
                #expect(audit.contains(#""action":"plan.change","target":"version 2""#), "\(audit)")
                #expect(try await server.stop() == .exit(0))

                server = try await installation.serve()
                #expect(try Plan.version(server) == 2)
                #expect(try await Plan.apply(Plan.strict, in: installation) == "version 2, unchanged")
                let shown = try await Program.output(of: ["plan", "show", "--data", installation.data])
                #expect(shown.hasPrefix("# version 2\n"))
                let file = try Plan.write(shown, in: installation)
                let good = try await Program.run(["plan", "check", file])
                #expect(good.succeeded && good.output.contains("2 operate_ids, 2 channels, 2 pages, 1 position"))
                let first = ["plan", "show", "--version", "1", "--data", installation.data]
                #expect(try await Program.output(of: first).contains("11000:"))
                let none = try await Program.run(["plan", "show", "--version", "9", "--data", installation.data])
                #expect(none.ending == .exit(64) && none.errors.contains("there is no version 9"), "\(none)")
            }
        }

        @Test("kill -9 among applies leaves a whole plan in force, and versions without a gap")
        func killed() async throws {
            try await Installation.with { installation in
                let texts = [Plan.strict, Plan.lenient]
                let files = try texts.enumerated().map { index, text in
                    try Plan.write(text, named: "\(index).yml", in: installation)
                }
                for round in 0..<25 {
                    let child = try Program.start(
                        ["plan", "apply", files[round % 2], "--data", installation.data],
                        outputTo: installation.folder,
                        named: "apply-\(round)"
                    )
                    // From before its first line to after its last.
                    try await Task.sleep(for: .milliseconds(round * 2))
                    child.send(SIGKILL)
                    try await child.waitForEnd(withinSeconds: 20)
                    let shown = try await Program.run(["plan", "show", "--data", installation.data])
                    #expect(shown.succeeded, "\(shown)")
                }
                let output = try await Program.output(of: ["plan", "versions", "--json", "--data", installation.data])
                let versions = try #require(JSON.parse(output).array).compactMap { $0["version"]?.int }
                // The first is written with the second: until then it is the contract's, in force without a file.
                let last = max(1, versions.count)
                #expect(versions.isEmpty || versions == Array((1...last).reversed()))
                #expect(try await Program.run(["audit", "--data", installation.data]).succeeded)
                // And it goes on.
                let next = try await Plan.apply("pages: { 77: Last }", in: installation)
                #expect(next == "version \(last + 1)")
                let server = try await installation.serve()
                #expect(try Plan.version(server) == last + 1)
            }
        }
    }
}
