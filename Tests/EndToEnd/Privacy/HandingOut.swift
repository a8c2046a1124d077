import Foundation
import Testing

extension Privacy {
    @Suite("Handing out")
    struct HandingOut {
        private func lines(_ text: String) throws -> [JSON] {
            try text.split(separator: "\n").map { try JSON.parse(String($0)) }
        }

        private func kinds(_ lines: [JSON]) -> [String: Int] {
            Dictionary(lines.compactMap { $0["kind"]?.string }.map { ($0, 1) }, uniquingKeysWith: +)
        }

        @Test("everything that is held about a person is in the file, and nothing about others")
        func everything() async throws {
            try await Installation.with { installation in
                let server = try await installation.serve()
                let (uid, other) = (ReportBody.newUser("person"), ReportBody.newUser("other"))
                try await Privacy.fill(server, [uid, other])
                // A body that is no text.
                let body = Array(#"{"head":{"uid":"\#(uid)"},"x":""#.utf8) + [0xFF, 0xFE] + Array(#""}"#.utf8)
                #expect(try server.report(body).ret == 1001)
                try await Privacy.settle(server, uid, events: 3, refused: 3)

                let file = "\(installation.folder)/person.jsonl"
                let access = ["access", "--uid", uid, "--data", installation.data]
                try await Program.output(of: access + ["-o", file])
                let text = try String(contentsOfFile: file, encoding: .utf8)
                #expect(!text.contains(other))
                let found = try lines(text)
                #expect(found.first?["kind"]?.string == "about" && found.first?["uid"]?.string == uid)
                #expect(kinds(found) == ["about": 1, "event": 3, "refused": 3, "end": 1])
                let end = try #require(found.last)
                #expect(end["kind"]?.string == "end" && end["events"]?.int == 3 && end["refused"]?.int == 3)
                #expect(end["journal"]?["records"]?.int == 5)

                let events = found.filter { $0["kind"]?.string == "event" }
                #expect(events.map { $0["page_id"]?.int } == [1, 2, 3])
                #expect(events.allSatisfy { $0["uid"]?.string == uid && $0["app"]?.string == installation.app })
                #expect(events[0]["trace_id"]?.string == "t-\(uid)" && events[1]["trace_id"] == .null)
                let columns = try await Program.output(
                    of: ["sql", "SELECT * FROM events LIMIT 1", "--data", installation.data, "--format", "json"]
                )
                for column in try JSON.parse(columns)["columns"]?.array ?? [] {
                    let name = try #require(column.string)
                    #expect(events[0][name] != nil, "\(name)")
                }
                let bodies = found.filter { $0["kind"]?.string == "refused" }
                #expect(bodies[0]["body"]?.string?.contains(uid) == true && bodies[0]["code"] != nil)
                #expect(bodies[2]["body_base64"]?.string == Data(body).base64EncodedString())
                let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
                #expect(mode == 0o600)

                let array = try await Program.output(of: access + ["--format", "json"])
                #expect(try JSON.parse(array).array?.count == found.count)

                // The same without a server, and with an erasure before it.
                try await server.stop()
                let alone = try lines(try await Program.output(of: access))
                #expect(kinds(alone) == kinds(found))
                let receipt = try await Privacy.forget(uid, installation)
                let after = try lines(try await Program.output(of: access))
                #expect(kinds(after) == ["about": 1, "erasure": 1, "end": 1])
                #expect(after[1]["receipt"] == receipt)
            }
        }

        @Test("over HTTP it is a download for administrators, told in the audit log without the uid")
        func download() async throws {
            try await Installation.serving { server in
                let uid = ReportBody.newUser("person 人")
                try await Privacy.fill(server, [uid])
                let answer = try server.rawQuestion("access", [("uid", uid)])
                #expect(answer.status == 200 && answer["Content-Type"] == "application/x-ndjson")
                #expect(answer["Content-Disposition"] == #"attachment; filename="footprint-access.jsonl""#)
                #expect(try kinds(lines(answer.text))["event"] == 3)
                let array = try server.rawQuestion("access", [("uid", uid), ("format", "json")])
                #expect(array["Content-Type"] == "application/json; charset=utf-8")
                #expect(try JSON.parse(array.body).array?.last?["kind"]?.string == "end")
                for (parameters, detail) in [
                    ([], "uid: required, but missing"), ([("uid", "")], "uid: expected 1 to 128 bytes, found 0"),
                    ([("uid", "a"), ("format", "csv")], "format: expected jsonl or json"),
                    ([("uid", "a"), ("from", "1")], "from: no such parameter here"),
                    ([("uid", "a"), ("uid", "b")], "uid: given twice"),
                ] as [([(String, String)], String)] {
                    let refused = try server.rawQuestion("access", parameters)
                    #expect(refused.status == 400 && refused.detail == detail, "\(refused)")
                }
                let entries = try await server.installation.audit(["--action", "person"])
                #expect(entries.count == 2 && entries.allSatisfy { $0["action"]?.string == "person.read" })
                #expect(try Privacy.files(holding: uid, in: server.data, below: "access").isEmpty)
            }
        }

        @Test("a file that cannot be finished is not there under its name")
        func unfinished() async throws {
            try await Installation.with { installation in
                let file = "\(installation.folder)/person.jsonl"
                let finished = try await Program.run(
                    ["access", "--uid", "a", "--url", "http://127.0.0.1:9", "--token", "x", "-o", file]
                )
                #expect(finished.ending == .exit(2), "\(finished)")
                #expect(!FileManager.default.fileExists(atPath: file))
                #expect(!FileManager.default.fileExists(atPath: file + ".part"))
            }
        }
    }
}
