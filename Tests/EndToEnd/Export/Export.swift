import Foundation
import Testing

/// `footprint export` and `/api/v1/export`: raw events out.
@Suite("Exports")
struct Export {
    private static let python = "\(Program.packageRoot)/.cache/pyarrow/bin/python"

    /// Reads a file by others' readers, and prints its rows as one JSON array with values as text.
    private static let reading = """
        import csv, json, sys
        path, format = sys.argv[1:]
        if format == "parquet":
            import pyarrow.parquet as parquet
            rows = parquet.read_table(path).to_pylist()
        elif format == "csv":
            rows = list(csv.DictReader(open(path, newline="", encoding="utf-8")))
        else:
            rows = [json.loads(line) for line in open(path, encoding="utf-8")]
        print(json.dumps([{name: None if value is None else str(value) for name, value in row.items()} for row in rows]))
        """

    private static func read(_ path: String, _ format: String, _ folder: String) async throws -> [[String: JSON]] {
        try #require(
            FileManager.default.isExecutableFile(atPath: python),
            "pyarrow is not installed: `scripts/setup --tests` does it"
        )
        let reader = try ChildProcess(
            python,
            ["-c", reading, path, format],
            directory: folder,
            outputTo: folder,
            named: "reader-\(UUID().uuidString.prefix(8))"
        )
        let ending = try await reader.waitForEnd(withinSeconds: 60)
        #expect(ending == .exit(0), "\(reader.errors)")
        return try JSON.parse(reader.output).array?.compactMap(\.object) ?? []
    }

    /// What is hard to write: every digit of 64 bits, quotes, commas, line breaks, what is absent and what is empty.
    private static let uid = "a,\"b\"\r\n你好"
    private static let items = """
        [{"event_time":1710300000,"channel":1,"operate_id":10000,"page_id":4294967295,"duration":9223372036854775807,\
        "trace_id":""},{"event_time":1710386400,"page_id":0}]
        """

    private static func expectRows(_ rows: [[String: JSON]], _ format: String) throws {
        #expect(rows.count == 2, "\(format)")
        let first = try #require(rows.first { $0["page_id"] == "4294967295" }, "\(format): \(rows)")
        let second = try #require(rows.first { $0["page_id"] == "0" }, "\(format): \(rows)")
        let absent: JSON = format == "csv" ? "" : nil
        #expect(first["uid"] == .string(uid), "\(format)")
        #expect(first["duration"] == "9223372036854775807", "\(format)")
        #expect(first["trace_id"] == "", "\(format)")
        #expect(second["trace_id"] == absent, "\(format)")
        #expect(second["duration"] == absent && second["channel"] == absent, "\(format)")
        let time = format == "parquet" ? "2024-03-13 03:20:00+00:00" : "1710300000"
        #expect(first["event_time"] == .string(time), "\(format)")
        #expect(first["arrival"]?.string?.count == 16, "\(format)")
    }

    @Test(
        "each format holds every value exactly, beside a server and without one",
        arguments: ["jsonl", "csv", "parquet"]
    )
    func formats(format: String) async throws {
        try await Installation.with { installation in
            let server = try await installation.serve()
            expectStored(try server.report(ReportBody.text(uid: Self.uid, items: Self.items)))
            _ = try await server.events(of: Self.uid, atLeast: 2)
            let order = ["export", "--from", "2024-03-13", "--to", "2024-03-14", "--format", format]
            let beside = "\(installation.folder)/beside.\(format)"
            try await Program.output(of: order + ["-o", beside, "--data", installation.data])
            try Self.expectRows(try await Self.read(beside, format, installation.folder), format)
            try await server.stop()
            let without = "\(installation.folder)/without.\(format)"
            try await Program.output(of: order + ["-o", without, "--data", installation.data])
            try Self.expectRows(try await Self.read(without, format, installation.folder), format)
            let left = try FileManager.default.contentsOfDirectory(atPath: "\(installation.data)/exports")
            #expect(left.isEmpty, "nothing stays on the way")
            let index = try String(contentsOfFile: "\(installation.data)/privacy/exports.jsonl", encoding: .utf8)
            #expect(index.contains("beside.\(format)") && index.contains("without.\(format)"))
        }
    }

    @Test("filters and the period narrow it; a day after the other, each event once")
    func narrowed() async throws {
        try await Installation.serving { server in
            let uids = (0..<3).map { ReportBody.newUser("user\($0)") }
            for uid in uids {
                let items = (0..<4).map {
                    #"{"event_time":\#(1_710_300_000 + $0 * 86_400),"channel":\#($0 % 2 + 1),"page_id":\#($0)}"#
                }
                expectStored(try server.report(ReportBody.text(uid: uid, items: "[\(items.joined(separator: ","))]")))
            }
            for uid in uids { _ = try await server.events(of: uid, atLeast: 4) }
            func lines(_ options: [String]) async throws -> [JSON] {
                let order = ["export", "--from", "2024-03-13", "--to", "2024-03-16", "-o", "-"]
                let output = try await Program.output(of: order + options + ["--data", server.installation.data])
                return try output.split(separator: "\n").map { try JSON.parse(String($0)) }
            }
            #expect(try await lines([]).count == 12)
            #expect(try await lines(["--uid", uids[0]]).count == 4)
            #expect(try await lines(["--channel", "2", "--uid", uids[0], "--uid", uids[1]]).count == 4)
            #expect(
                try await lines(["--from", "2024-03-14", "--to", "2024-03-14"]).map { $0["page_id"] } == [1, 1, 1]
            )
            #expect(try await lines(["--from", "2020-01-01", "--to", "2020-01-02"]).isEmpty)
        }
    }

    @Test("JSON Lines can be sent to another server as they are")
    func sentAgain() async throws {
        try await Installation.serving { server in
            expectStored(try server.report(ReportBody.text(uid: Self.uid, items: Self.items)))
            let former = try await server.events(of: Self.uid, atLeast: 2)
            let file = "\(server.installation.folder)/out.jsonl"
            try await Program.output(
                of: [
                    "export", "--from", "2024-03-13", "--to", "2024-03-14", "-o", file, "--data",
                    server.installation.data,
                ]
            )
            try await Installation.serving { other in
                try await Program.output(of: ["send", file, "--to", other.url, "--token", other.token])
                let now = try await other.events(of: Self.uid, atLeast: 2)
                for name in ["event_time", "page_id", "duration", "trace_id", "channel"] {
                    #expect(now.map { $0[name] } == former.map { $0[name] }, "\(name)")
                }
            }
        }
    }

    @Test(
        "what cannot be is said, and no file is made",
        arguments: [
            ["--format", "xlsx"], ["--from", "yesterday"], ["--from", "2024-03-14", "--to", "2024-03-13"],
            ["--channel", "h5"], ["--tz", "Mars"],
        ]
    )
    func refused(options: [String]) async throws {
        try await Installation.with { installation in
            let file = "\(installation.folder)/out"
            let finished = try await Program.run(["export", "-o", file, "--data", installation.data] + options)
            #expect(finished.ending == .exit(64), "\(finished)")
            let files = try FileManager.default.contentsOfDirectory(atPath: installation.folder)
            #expect(!files.contains { $0.hasPrefix("out") }, "\(files)")
        }
    }

    @Test("the address answers viewers and nobody else, and says how many rows come")
    func address() async throws {
        try await Installation.serving { server in
            expectStored(try server.report(ReportBody.text(uid: Self.uid, items: Self.items)))
            _ = try await server.events(of: Self.uid, atLeast: 2)
            let target = "/api/v1/export?from=2024-03-13&to=2024-03-14&format=csv"
            #expect(try server.ask(.get(target)).status == 401)
            #expect(try server.ask(.get(target, authorization: server.token)).status == 401)
            let answer = try server.ask(.get(target, authorization: server.installation.adminToken))
            #expect(answer.status == 200)
            #expect(answer["X-Footprint-Rows"] == "2")
            #expect(answer["Content-Type"] == "text/csv; charset=utf-8")
            #expect(answer.text.hasPrefix("event_time,event_time_given,arrival,"))
            let wrong = try server.ask(.get("/api/v1/export?page=1", authorization: server.installation.adminToken))
            #expect(wrong.status == 400 && wrong.detail?.contains("unknown parameter") == true)
        }
    }
}
