import Foundation
import Testing

extension Privacy {
    @Suite("Erasing")
    struct Erasing {
        private static let keepForever = ["--journal-keep", "forever"]

        @Test("what is held about a person is gone from journal, store and quarantine, and nobody else's is touched")
        func everywhere() async throws {
            try await Installation.with { installation in
                let server = try await installation.serve(options: Self.keepForever)
                let (gone, stays) = (ReportBody.newUser("gone"), ReportBody.newUser("stays"))
                try await Privacy.fill(server, [gone, stays])
                #expect(try !Privacy.files(holding: gone, in: installation.data, below: "journal").isEmpty)

                let receipt = try await Privacy.forget(gone, installation)
                #expect(receipt["state"]?.string == "done")
                #expect(receipt["store"]?["events"]?.int == 3 && receipt["store"]?["quarantine"]?.int == 2)
                #expect(receipt["journal"]?["records"]?.int == 4 && receipt["journal"]?["segments"]?.int == 1)
                #expect(receipt["exports"]?.array?.isEmpty == true)
                #expect(receipt["program"]?.string?.hasPrefix("footprint ") == true)

                #expect(try Privacy.stages(server, gone).isEmpty)
                #expect(try server.eventCount(uid: gone) == 0)
                try await Privacy.settle(server, stays, events: 3, refused: 2)
                // Neither in the journal nor in a file that says what was done: only the store's older parts, which the
                // engine removes by itself, may still hold it.
                let left = try Privacy.files(holding: gone, in: installation.data)
                #expect(left.filter { !$0.hasPrefix("store/") || $0.contains("mutation") } == [])
                let sql = "SELECT count() AS n FROM quarantine WHERE position(body, '\(gone)') > 0"
                let count = try await Program.output(of: ["sql", sql, "--data", installation.data, "--format", "csv"])
                #expect(count.split(whereSeparator: \.isNewline).last == "0")

                let verified = try await Program.output(of: ["journal", "verify", "--data", installation.data])
                #expect(verified.contains("4 of them erased") && verified.contains("0 damaged places"), "\(verified)")
                #expect(try server.metric("erasures_total") == 1)
                #expect(try server.metric("erasures_pending") == 0)

                // The store lost, all is loaded again from the journal: he is not there either.
                try await server.stop()
                for folder in ["store", "loader"] {
                    try FileManager.default.removeItem(atPath: "\(installation.data)/\(folder)")
                }
                let again = try await installation.serve(options: Self.keepForever)
                try await Privacy.settle(again, stays, events: 3, refused: 2)
                #expect(try Privacy.stages(again, gone).isEmpty)
            }
        }

        @Test("without a server the files are worked on, with the same outcome")
        func withoutServer() async throws {
            try await Installation.with { installation in
                let server = try await installation.serve(options: Self.keepForever)
                let (gone, stays) = (ReportBody.newUser("gone"), ReportBody.newUser("stays"))
                try await Privacy.fill(server, [gone, stays])
                try await server.killAtOnce()
                let dry = try JSON.parse(
                    try await Program.output(of: ["forget", "--uid", gone, "--dry-run", "--data", installation.data])
                )
                #expect(dry["dry_run"] == .bool(true) && dry["journal"]?["records"]?.int == 4)
                #expect(dry["store"]?["events"]?.int == 3 && dry["store"]?["quarantine"]?.int == 2)
                let receipt = try await Privacy.forget(gone, installation)
                #expect(receipt["store"]?["events"]?.int == 3 && receipt["journal"]?["records"]?.int == 4)
                #expect(receipt["by"]?.string?.hasPrefix("cli:") == true)
                let again = try await installation.serve(options: Self.keepForever)
                try await Privacy.settle(again, stays, events: 3, refused: 2)
                #expect(try Privacy.stages(again, gone).isEmpty)
                #expect(try Privacy.files(holding: gone, in: installation.data, below: "journal").isEmpty)
            }
        }

        @Test("somebody of whom nothing is held is erased at once, with a receipt that says so")
        func nobody() async throws {
            try await Installation.serving { server in
                let receipt = try await Privacy.forget("nobody", server.installation)
                #expect(receipt["store"]?["events"]?.int == 0 && receipt["journal"]?["records"]?.int == 0)
            }
        }

        @Test("a dry run changes nothing; only an administrator may order, in the form that is documented")
        func asking() async throws {
            try await Installation.serving { server in
                let uid = ReportBody.newUser("asked")
                try await Privacy.fill(server, [uid])
                let dry = try Privacy.forget(server, #"{"uid":"\#(uid)","dry_run":true}"#)
                #expect(dry.status == 200 && dry.json?["data"]?["store"]?["events"]?.int == 3)
                #expect(try Privacy.stages(server, uid).count == 5)
                #expect(try server.question("receipts").array?.isEmpty == true)

                for (body, detail) in [
                    ("{}", "uid: required, but missing"), (#"{"uid":""}"#, "uid: must not be empty"),
                    (#"{"uid":7}"#, "uid: expected a string, found a number"),
                    (#"{"uid":"a","dry_run":1}"#, "dry_run: expected a boolean, found a number"),
                    (#"{"uid":"a","dryrun":true}"#, "body: holds other members than it may (dry_run, uid)"),
                    (
                        #"{"uid":"\#(String(repeating: "x", count: 129))"}"#,
                        "uid: expected 1 to 128 bytes, found 129"
                    ),
                ] {
                    let answer = try Privacy.forget(server, body)
                    #expect(answer.status == 400 && answer.detail == detail, "\(answer)")
                }
                let viewer = try await server.installation.viewerToken()
                #expect(try Privacy.forget(server, #"{"uid":"a"}"#, token: viewer).status == 403)
                #expect(try Privacy.forget(server, #"{"uid":"a"}"#, token: server.token).status == 401)
                for path in ["receipts", "receipts/none", "access?uid=a"] {
                    #expect(try server.ask(.get("/api/v1/\(path)", authorization: viewer)).status == 403, "\(path)")
                }
                #expect(try server.rawQuestion("receipts", [("limit", "1")]).status == 400)
                let missing = try server.rawQuestion("receipts/../../access/keys")
                #expect(missing.status == 404, "\(missing)")
                #expect(try server.rawQuestion("receipts/20240313T080000Z-4f1c9a02be77d3e1").status == 404)
                #expect(try Privacy.stages(server, uid).count == 5)

                let usage = try await Program.run(["forget", "--data", server.installation.data])
                #expect(usage.ending == .exit(64) && usage.errors.contains("--uid"), "\(usage)")
            }
        }

        @Test("the audit log tells of it, and names the person by a hash only")
        func audited() async throws {
            try await Installation.serving { server in
                let uid = ReportBody.newUser("audited")
                try await Privacy.fill(server, [uid])
                let answer = try Privacy.forget(server, #"{"uid":"\#(uid)"}"#)
                let receipt = try #require(answer.json?["data"], "\(answer)")
                let entries = try await server.installation.audit(["--action", "erasure"])
                #expect(entries.map { $0["target"] } == [receipt["id"]])
                #expect(entries.first?["detail"]?["uid_hash"] == receipt["uid_hash"])
                #expect(entries.first?["who"] == receipt["by"])
                #expect(try Privacy.files(holding: uid, in: server.data, below: "access").isEmpty)
                #expect(try Privacy.files(holding: uid, in: server.data, below: "privacy").isEmpty)
                let id = try #require(receipt["id"]?.string)
                #expect(try server.question("receipts/\(id)") == receipt)
                #expect(try server.question("receipts").array == [receipt])
                let listed = try await Program.output(of: ["receipts", "--json", "--data", server.data])
                #expect(try JSON.parse(listed).array == [receipt])
            }
        }

        @Test("what arrives afterwards is new: the same report, sent again, is stored")
        func afterwards() async throws {
            try await Installation.serving(options: Self.keepForever) { server in
                let uid = ReportBody.newUser("again")
                let report = ReportBody.text(uid: uid, items: #"[{"page_id":1,"trace_id":"t"}]"#)
                expectStored(try server.report(report))
                _ = try await server.events(of: uid)
                _ = try await Privacy.forget(uid, server.installation)
                expectStored(try server.report(report))
                #expect(try await server.events(of: uid).count == 1)
            }
        }

        @Test("a receipt that somebody changed is found out; whom it is about can be checked, not read")
        func receipts() async throws {
            try await Installation.serving { server in
                let installation = server.installation
                let uid = ReportBody.newUser("receipt")
                try await Privacy.fill(server, [uid])
                let text = try await Program.output(of: ["forget", "--uid", uid, "--data", installation.data])
                #expect(!text.contains(uid))
                let file = "\(installation.folder)/receipt.json"
                func check(_ text: String, _ options: [String] = []) async throws -> Program.Finished {
                    try Data(text.utf8).write(to: URL(filePath: file))
                    return try await Program.run(["forget", "--verify", file, "--data", installation.data] + options)
                }
                let good = try await check(text)
                #expect(good.succeeded && good.output.contains("by this data directory"), "\(good)")
                let spaced = try await check(text.replacing(",\"", with: ",\n  \""))
                #expect(spaced.succeeded, "\(spaced)")
                let whose = try await check(text, ["--uid", uid])
                #expect(whose.succeeded && whose.output.contains("about this person"), "\(whose)")
                let other = try await check(text, ["--uid", uid + "x"])
                #expect(other.ending == .exit(1) && other.errors.contains("another person"), "\(other)")
                for (from, to) in [
                    (#""events":3"#, #""events":4"#), (#""state":"done""#, #""state":"Done""#),
                    (#""exports":[]"#, #""exports":[{}]"#), (#""by":""#, #""more":1,"by":""#),
                ] {
                    #expect(text.contains(from))
                    let changed = try await check(text.replacing(from, with: to))
                    #expect(changed.ending == .exit(1) && changed.errors.contains("not what was signed"), "\(changed)")
                }
                #expect(try await check("{}").ending == .exit(1))
                #expect(try await check("no receipt").ending == .exit(1))

                // Another data directory's receipt is not this one's.
                try await Installation.serving { stranger in
                    let theirs = try await Program.output(of: ["forget", "--uid", "a", "--data", stranger.data])
                    let finished = try await check(theirs)
                    #expect(finished.ending == .exit(1) && finished.errors.contains("signed by"), "\(finished)")
                }
            }
        }
    }
}
