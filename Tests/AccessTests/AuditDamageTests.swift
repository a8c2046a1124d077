import Access
import Testing

@Suite("A damaged audit log")
struct AuditDamageTests {
    let folder: TestFolder
    let access: Access
    let bytes: [UInt8]
    let lines: [[UInt8]]

    init() throws {
        folder = try TestFolder()
        access = try Access(dataDirectory: folder.path, clock: HandClock().clock)
        for index in 1...4 {
            let event = AuditEvent(.appAdd, target: "app_\(index)", detail: ["name": "商城"])
            try access.record(event, by: .commandLine(user: "alice"))
        }
        bytes = try folder.read("audit.jsonl")
        lines = bytes.split(separator: UInt8(ascii: "\n")).map { Array($0) + [UInt8(ascii: "\n")] }
    }

    private func write(_ lines: [[UInt8]]) throws {
        try folder.write("audit.jsonl", lines.flatMap { $0 })
    }

    @Test("whichever byte is changed, the line is named")
    func everyByte() throws {
        for index in bytes.indices.dropLast() {
            var damaged = bytes
            damaged[index] ^= index % 2 == 0 ? 0x01 : 0x20
            try folder.write("audit.jsonl", damaged)
            let line = bytes[..<index].count { $0 == UInt8(ascii: "\n") } + 1
            #expect(try access.audit.verify().broken?.line == line, "byte \(index)")
        }
        // Without its end the last line is one that a crash cut short: it is missing, not changed.
        try folder.write("audit.jsonl", bytes.dropLast())
        let cut = try access.audit.verify()
        #expect(cut.entries == 3 && cut.broken == nil && cut.tornBytes == lines[3].count - 1)
    }

    @Test("a line taken out, put in, doubled or moved is named")
    func linesMoved() throws {
        let cases: [([[UInt8]], Int)] = [
            ([lines[1], lines[2], lines[3]], 1), ([lines[0], lines[2], lines[3]], 2),
            ([lines[0], lines[0], lines[1], lines[2], lines[3]], 2), ([lines[0], lines[2], lines[1], lines[3]], 2),
            ([lines[0], lines[1], Array("{}\n".utf8), lines[2]], 3), ([lines[0], Array("\n".utf8), lines[1]], 2),
            ([Array(repeating: UInt8(ascii: "x"), count: 100_000) + lines[0]], 1),
        ]
        for (damaged, line) in cases {
            try write(damaged)
            let found = try access.audit.verify()
            #expect(found.broken?.line == line)
            #expect(found.entries == line - 1)
        }
    }

    @Test("a log whose end was cut off looks whole, and its number and chain tell")
    func cutOff() throws {
        let before = try access.audit.verify()
        try write(Array(lines.prefix(3)))
        let after = try access.audit.verify()
        #expect(after.broken == nil)
        #expect(after.lastSequence == 3 && before.lastSequence == 4)
        #expect(after.lastChain != before.lastChain)
    }

    @Test("lines that are none are passed over by reading, and counted")
    func passedOver() throws {
        try write([lines[0], Array("nonsense\n".utf8), lines[1], Array("\n".utf8), lines[2]])
        let page = try access.audit.page(matching: AuditFilter(), limit: 10)
        #expect(page.entries.map(\.sequence) == [3, 2, 1])
        #expect(page.unreadableLines == 2)
    }

    @Test("a crash in the middle of a line costs that line, and the next entry says so")
    func torn() throws {
        for length in 1..<lines[3].count {
            try write(lines.prefix(3) + [Array(lines[3].prefix(length))])
            #expect(try access.audit.verify().tornBytes == length)
            try access.record(.sessionEnded, by: .tester)
            let page = try access.audit.page(matching: AuditFilter(), limit: 10)
            #expect(page.entries.map(\.sequence) == [5, 4, 3, 2, 1])
            #expect(page.entries.prefix(2).map(\.action) == ["session.end", "audit.repair"])
            #expect(page.entries[1].who == "system")
            #expect(page.entries[1].detail == ["dropped_bytes": .number(Int64(length))])
            let found = try access.audit.verify()
            #expect(found.entries == 5 && found.broken == nil && found.tornBytes == 0)
        }
    }

    @Test("so does a crash that left zeros, with or without an end, and one in the first line", arguments: [0, 1, 3])
    func zeros(before count: Int) throws {
        for tail in [[0, 0, 0], [0, 0] + lines[3].suffix(20), [UInt8](repeating: 0, count: 9_000)] as [[UInt8]] {
            try write(lines.prefix(count) + [tail])
            try access.record(.sessionEnded, by: .tester)
            let found = try access.audit.verify()
            #expect(found.entries == count + 2 && found.broken == nil && found.tornBytes == 0)
        }
    }

    @Test("behind a last line that somebody changed nothing is written: a new log must be somebody's decision")
    func changedEnd() throws {
        try write(lines.prefix(3) + [Array(lines[3].dropLast(5)) + Array("\"}\n".utf8)])
        let error = try #require(throws: AccessError.self) { try access.record(.sessionEnded, by: .tester) }
        #expect(error.description.hasPrefix("\(folder.file("audit.jsonl")) is broken"))
        #expect(throws: AccessError.self) { try access.addApp(name: "app") }
        try folder.remove("audit.jsonl")
        _ = try access.addApp(name: "app")
        #expect(try access.audit.verify().entries == 1)
    }
}
