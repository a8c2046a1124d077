import Testing

extension Lifecycle {
    /// `footprint sql`: reads, and nothing else.
    @Suite("SQL on the store")
    struct SQLCommand {
        private func sql(_ statement: String, _ installation: Installation) async throws -> Program.Finished {
            try await Program.run(["sql", statement, "--data", installation.data, "--format", "csv"])
        }

        @Test("a SELECT is answered; whatever would change or reach for something else is refused, and changes nothing")
        func readOnly() async throws {
            try await Installation.with { installation in
                let server = try await installation.serve()
                expectStored(try server.report(ReportBody.text(uid: "only", items: #"[{"page_id":1},{"page_id":2}]"#)))
                _ = try await server.events(of: "only", atLeast: 2)
                // The store is one process's at a time: the server is asked.
                try await readsAndNothingElse(installation)
                #expect(try server.eventCount(uid: "only") == 2)
                var request = HTTPRequest.get("/api/v1/sql")
                request.method = "POST"
                #expect(try server.ask(request).status == 401)
                try await server.stop()
                try await readsAndNothingElse(installation)
            }
        }

        private func readsAndNothingElse(_ installation: Installation) async throws {
            for statement in [
                "DROP TABLE events", "TRUNCATE TABLE events", "INSERT INTO events SELECT * FROM events",
                "ALTER TABLE events DELETE WHERE 1", "CREATE TABLE t (a UInt8) ENGINE = Memory",
                "OPTIMIZE TABLE events",
                "SET readonly = 0", "SELECT 1; DROP TABLE events", "/* */ DROP TABLE events", "SYSTEM SHUTDOWN",
                "SELECT * FROM file('/etc/passwd', 'CSV', 'a String')", "SELECT file('/etc/passwd')",
                "SELECT 1 INTO OUTFILE '\(installation.folder)/out.csv'",
                "SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a String')",
                "SELECT * FROM remote('127.0.0.1:1', 'system', 'one')",
                "SELECT * FROM executable('id', 'CSV', 'a String')",
                "SELECT * FROM filesystem('/etc')", "SELECT * FROM events SETTINGS readonly = 0", "", "nonsense",
            ] {
                let finished = try await sql(statement, installation)
                #expect(finished.ending != .exit(0), "\(statement): \(finished)")
                #expect(finished.output.isEmpty, "\(statement): \(finished)")
                #expect(!finished.errors.isEmpty)
            }
            let count = try await sql("SELECT count() AS n FROM events WHERE uid = 'only'", installation)
            #expect(count.output.split(whereSeparator: \.isNewline).last == "2", "\(count)")
        }
    }
}
