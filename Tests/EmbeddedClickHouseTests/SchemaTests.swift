import EmbeddedClickHouse
import EventStore
import Testing

@Suite("Schema")
struct SchemaTests {
    @Test("a new store has the version of this Footprint, and preparing again changes nothing")
    func new() async throws {
        try await withStore { store in
            try await store.prepare()
            #expect(try await store.value(Schema.readVersion) == .uint(UInt64(Schema.version)))
            #expect(
                try await store.rows("SELECT version FROM \(Schema.versionsTable) ORDER BY version")
                    == (1...Schema.version).map { [.uint(UInt64($0))] }
            )
        }
    }

    @Test("a store of version 1 is migrated when it is opened, and keeps its rows")
    func older() async throws {
        let folder = try StoreFolder()
        try await folder.withStore { store in
            // As version 1 left a store: its table without indexes, and no word of a later step.
            try await store.execute("DROP TABLE \(Schema.events) SYNC")
            for statement in Schema.steps[0].statements(.current) { try await store.execute(statement) }
            // The columns that an insert of today fills.
            for statement in Schema.steps[3].statements(.current) { try await store.execute(statement) }
            try await store.execute("TRUNCATE TABLE \(Schema.versionsTable)")
            try await store.execute(Schema.recordVersion(1))
            try await store.insert(.events(1000), token: "range")
            #expect(try await indexes(store).isEmpty)
        }
        try await folder.withStore { store in
            #expect(try await store.value(Schema.readVersion) == .uint(UInt64(Schema.version)))
            #expect(try await indexes(store) == ["journal_segment_minmax", "trace_id_bloom", "uid_bloom"])
            #expect(try await store.countOfEvents() == .uint(1000))
            #expect(try await store.value("SELECT uid FROM events WHERE trace_id = 'trace 77'") == .string("user 77"))
            // The range that was loaded before is still known.
            try await store.insert(.events(1000), token: "range")
            #expect(try await store.countOfEvents() == .uint(1000))
        }
    }

    private func indexes(_ store: EmbeddedClickHouse) async throws -> [String] {
        guard case .string(let table) = try await store.value("SHOW CREATE TABLE events") else { return [] }
        return ["journal_segment_minmax", "trace_id_bloom", "uid_bloom"].filter { table.contains("INDEX \($0) ") }
    }

    @Test("a migration that broke off is taken again from its beginning")
    func brokenOff() async throws {
        let folder = try StoreFolder()
        try await folder.withStore { store in
            try await store.insert(.events(10), token: "range")
            // All statements of the last step done, its record not written.
            try await store.execute("TRUNCATE TABLE \(Schema.versionsTable)")
            try await store.execute(Schema.recordVersion(Schema.version - 1))
        }
        try await folder.withStore { store in
            let version = try await store.value(Schema.readVersion)
            #expect(version == .uint(UInt64(Schema.version)))
            #expect(try await store.countOfEvents() == .uint(10))
        }
    }

    @Test("a store of a newer Footprint is left alone, with a sentence that says so")
    func newer() async throws {
        let folder = try StoreFolder()
        try await folder.withStore { store in
            try await store.execute(Schema.recordVersion(Schema.version + 1))
        }
        await #expect {
            try await folder.withStore { _ in }
        } throws: { error in
            guard case StoreError.misconfigured(let reason) = error else { return false }
            return reason.contains("newer Footprint") && reason.contains("\(Schema.version + 1)")
        }
    }

    @Test("the oldest supported server gets statements without codecs, indexes and settings it does not know")
    func oldest() {
        let statements = Schema.steps.flatMap { $0.statements(.oldest) }.map(\.text)
        #expect(statements.count == 8)
        for word in ["CODEC", "INDEX", "SETTINGS"] {
            #expect(statements.allSatisfy { !$0.contains(word) }, "\(word)")
        }
    }
}
