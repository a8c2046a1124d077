import Foundation
import Testing

extension Questions {
    @Suite("footprint query")
    struct InTheTerminal {
        static let questions: [(question: [String], path: String, parameters: [(String, String)])] = [
            (["overview"], "overview", []),
            (
                ["overview", "--channel", "2", "--device-type", "1"], "overview",
                [("channel", "2"), ("device_type", "1")]
            ),
            (
                ["trend", "--interval", "month", "--metric", "pv,uv"], "trend",
                [("interval", "month"), ("metric", "pv,uv")]
            ),
            (["trend", "--interval", "week", "--tz", "UTC"], "trend", [("interval", "week"), ("tz", "UTC")]),
            (["pages", "--limit", "5", "--order", "uv"], "pages", [("limit", "5"), ("order", "uv")]),
            (["breakdown", "--by", "operate_id"], "breakdown", [("by", "operate_id")]),
            (["users", "user_0428", "--limit", "3"], "users/user_0428", [("limit", "3")]),
        ]

        @Test("--format json is the answer that HTTP gives", arguments: questions)
        func json(question: [String], path: String, parameters: [(String, String)]) async throws {
            let server = try RunningServer.current
            let output = try await query(server, question, format: "json")
            let said = try JSON.parse(output)
            let answered = try server.question(path, Shop.everything + parameters)
            #expect((said["data"] ?? said) == answered)
        }

        @Test("--format csv is the file that HTTP gives", arguments: questions)
        func csv(question: [String], path: String, parameters: [(String, String)]) async throws {
            let server = try RunningServer.current
            let output = try await query(server, question, format: "csv")
            let answer = try server.rawQuestion(path, Shop.everything + parameters + [("format", "csv")])
            #expect(answer.status == 200)
            #expect(answer["Content-Type"]?.hasPrefix("text/csv") == true)
            #expect(lines(output) == lines(answer.text))
            #expect(lines(output).count > 1)
        }

        @Test("the table for people holds the figures")
        func table() async throws {
            let server = try RunningServer.current
            let output = try await query(server, ["overview"], format: "table")
            let pv = try #require(server.question("overview", Shop.everything)["pv"]?.int)
            #expect(output.replacing(",", with: "").contains(String(pv)), "\(output)")
        }

        @Test(
            "a wrong parameter is said, and the exit status tells",
            arguments: [["overview", "--channel", "x"], ["trend", "--interval", "year"], ["nonsense"], ["breakdown"]]
        )
        func refused(arguments: [String]) async throws {
            let server = try RunningServer.current
            let finished = try await Program.run(["query"] + arguments + ["--data", server.installation.data])
            if case .exit(let status) = finished.ending { #expect(status != 0) } else { Issue.record("\(finished)") }
            #expect(!finished.errors.isEmpty)
            #expect(finished.output.isEmpty)
        }

        private func query(_ server: Footprint, _ arguments: [String], format: String) async throws -> String {
            try await Program.output(
                of: ["query"] + arguments + Shop.everything.flatMap { ["--\($0.0)", $0.1] }
                    + ["--format", format, "--lang", "zh", "--data", server.installation.data]
            )
        }

        /// Lines without their ends and without a byte order mark, which a download for spreadsheets may carry.
        private func lines(_ text: String) -> [String] {
            text.replacing("\u{FEFF}", with: "").split(whereSeparator: \.isNewline).map(String.init)
        }
    }
}
