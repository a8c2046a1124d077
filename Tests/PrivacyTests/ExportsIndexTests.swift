import Foundation
import Privacy
import Testing

@Suite("The index of exports")
struct ExportsIndexTests {
    private func entry(
        _ path: String,
        from: Int64 = 1_000,
        to: Int64 = 2_000,
        filters: [String: [String]] = [:]
    ) -> ExportsIndex.Entry {
        ExportsIndex.Entry(
            time: 5_000,
            path: path,
            format: "csv",
            from: from,
            to: to,
            filters: filters,
            rows: 7,
            by: "cli:alice"
        )
    }

    @Test("what is written down is read back, in order, and a line that a crash cut short takes no other with it")
    func kept() throws {
        let folder = try DataFolder()
        let index = folder.privacy.exports
        #expect(try index.entries().isEmpty)
        try index.append(entry("first.csv"))
        try index.append(entry("second \"quoted\".csv"))
        let file = folder.path + "/privacy/exports.jsonl"
        let handle = try FileHandle(forWritingTo: URL(filePath: file))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(#"{"time":1,"path":"to"#.utf8))
        try handle.close()
        try index.append(entry("third.csv"))
        #expect(try index.entries().map(\.path) == ["first.csv", "second \"quoted\".csv", "third.csv"])
        #expect(try index.entries().first?.rows == 7)
    }

    @Test("an export concerns whoever has an event in its period, or who may have had one that is gone")
    func concerning() throws {
        let folder = try DataFolder()
        let index = folder.privacy.exports
        try index.append(entry("a", from: 1_000, to: 2_000))
        try index.append(entry("b", from: 2_000, to: 3_000))
        try index.append(entry("of one", from: 1_000, to: 3_000, filters: ["uid": ["alice"], "channel": ["1"]]))
        func paths(_ uid: String, _ events: ClosedRange<Int64>?, oldest: Int64?) throws -> [String] {
            try index.concerning(Person(uid: uid), events: events, oldest: oldest).map(\.path)
        }
        #expect(try paths("alice", 1_500...1_600, oldest: 1_000) == ["a", "of one"])
        #expect(try paths("bob", 1_500...1_600, oldest: 1_000) == ["a"])
        #expect(try paths("bob", 1_999...2_000, oldest: 1_000) == ["a", "b"])
        #expect(try paths("bob", 3_000...4_000, oldest: 1_000) == [])
        #expect(try paths("bob", nil, oldest: 1_000) == [])
        // What the first held is no longer here, so that nobody can say.
        #expect(try paths("bob", nil, oldest: 1_500) == ["a"])
        #expect(try paths("bob", nil, oldest: nil) == ["a", "b"])
    }

    @Test("a uid that an export was narrowed to is not in the file")
    func hashed() throws {
        let folder = try DataFolder()
        try folder.privacy.exports.append(entry("a", filters: ["uid": ["somebody-known"]]))
        #expect(try !contains("somebody-known", folder.everything()))
        #expect(try folder.privacy.exports.entries().first?.filters["uid"]?.count == 1)
    }
}
