import EmbeddedClickHouse
import EventStore
import Foundation
import Testing

@Suite("What a question may not do")
struct ReadOnlyTests {
    /// Whoever may ask (an operator at `footprint sql`, a person at the console) reads events. The engine refuses the
    /// rest, or the guard before it where the engine would not.
    static let refused = [
        "INSERT INTO events (uid) VALUES ('x')",
        "ALTER TABLE events DELETE WHERE 1",
        "ALTER TABLE events UPDATE uid = '' WHERE 1",
        "DELETE FROM events WHERE 1",
        "DROP TABLE events",
        "DROP DATABASE footprint",
        "TRUNCATE TABLE events",
        "OPTIMIZE TABLE events FINAL",
        "CREATE TABLE x (a UInt8) ENGINE = Memory",
        "CREATE TEMPORARY TABLE x (a UInt8)",
        "CREATE USER x",
        "GRANT ALL ON *.* TO default",
        "SYSTEM SHUTDOWN",
        "KILL QUERY WHERE 1",
        "SET readonly = 0",
        "SET ROLE owner",
        "USE default",
        "BACKUP TABLE events TO File('/tmp/x')",
        "EXPLAIN SELECT 1 SETTINGS readonly = 0",
        "SELECT 1 SETTINGS readonly = 0",
        "SELECT 1 SETTINGS max_execution_time = 0",
        "SELECT 1 SETTINGS max_threads = 64",
        "WITH 1 AS x INSERT INTO events (uid) SELECT 'x'",
        // Files.
        "SELECT * FROM file('/etc/passwd')",
        "SELECT * FROM file('/etc/passwd', 'LineAsString')",
        "SELECT * FROM `file`('/etc/passwd', 'LineAsString')",
        "SELECT file('/etc/passwd')",
        "SELECT \"file\"('/etc/passwd')",
        "SELECT \"fi\\x6ce\"('/etc/passwd')",
        "SELECT * APPLY(file) FROM (SELECT '/etc/passwd' AS x)",
        "SELECT arrayMap(file, ['/etc/passwd'])",
        "SELECT 1 -- it's\n, file('/etc/passwd') -- '",
        "SELECT 1 /* ' */ , file('/etc/passwd') /* ' */",
        "SELECT $$'$$, file('/etc/passwd'), $$'$$",
        "SELECT ‘'’, file('/etc/passwd'), ‘'’",
        "SELECT '\\'', file('/etc/passwd'), '\\''",
        "SELECT 1 # '\n, file('/etc/passwd') # '",
        "SELECT * FROM default.`/etc/passwd`",
        "SELECT * FROM fileCluster('default', '/etc/passwd')",
        "SELECT * FROM icebergLocal('/tmp')",
        "SELECT uid FROM events INTO OUTFILE '/tmp/footprint-outfile'",
        "DESCRIBE file('/etc/passwd')",
        // Other machines and programs.
        "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
        "SELECT * FROM s3('http://127.0.0.1:1/bucket/x', 'CSV')",
        "SELECT * FROM remote('127.0.0.1:1', default, x)",
        "SELECT * FROM mysql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
        "SELECT * FROM postgresql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
        "SELECT * FROM sqlite('/tmp/x.db', 'x')",
        "SELECT * FROM executable('cat', 'TSV', 'a String')",
        // Would end the process.
        "SELECT * FROM python(x)",
        "SELECT * FROM Python('x')",
        "SELECT * FROM arrowstream(x)",
        // Paths, settings, other people's statements.
        "SELECT * FROM system.disks",
        "SELECT * FROM `system`.`disks`",
        "SELECT * FROM system . /* */ processes",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM merge('system', 'disks')",
        "SELECT addressToLine(1)",
    ]

    @Test("changes, files, networks, settings and system tables are refused, and the events stay")
    func refused() async throws {
        try await withStore { store in
            try await store.insert(.events(10), token: "range")
            for statement in Self.refused {
                await #expect("\(statement)") {
                    try await store.rows(SQL(writtenByOperator: statement), QueryLimits(timeoutSeconds: 5))
                } throws: { error in
                    if case StoreError.refused = error { true } else { false }
                }
            }
            #expect(try await store.countOfEvents() == .uint(10))
            #expect(!FileManager.default.fileExists(atPath: "/tmp/footprint-outfile"))
        }
    }

    @Test("what people ask of events is allowed")
    func allowed() async throws {
        try await withStore { store in
            try await store.insert(.events(10), token: "range")
            for statement in [
                "SELECT count() FROM events;",
                "select uid from events where uid = 'file' or app = 'system' -- who",
                "(SELECT 1) UNION ALL (SELECT 2)",
                "FROM events SELECT count()",
                "WITH x AS (SELECT uid FROM events) SELECT count() FROM x",
                "/* a comment */ SELECT count() FROM footprint.events",
                "SELECT 'it''s', 'a\\'b', '`', \"uid\", `uid` FROM events",
                "SELECT uid AS `用户`, '文字' FROM events",
                "SELECT sum(number) FROM numbers(10)",
                "SHOW TABLES",
                "SHOW CREATE TABLE events",
                "DESCRIBE events",
                "EXISTS TABLE events",
                "EXPLAIN indexes = 1 SELECT * FROM events WHERE uid = 'x'",
            ] {
                await #expect(throws: Never.self, "\(statement)") {
                    try await store.rows(SQL(writtenByOperator: statement))
                }
            }
        }
    }
}
