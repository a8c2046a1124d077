import Foundation
import Journal
import Testing

@Suite("A damaged journal")
struct DamageTests {
    /// Two sealed segments and a last one, with their records.
    private func make() async throws -> (folder: TemporaryFolder, records: [[UInt8]]) {
        let folder = try TemporaryFolder()
        var records: [[UInt8]] = []
        for start in 0..<3 {
            let journal = try Journal.open(folder: folder.path, options: JournalOptions(preallocates: false)).journal
            for number in 0..<4 {
                records.append(payload(start * 10 + number, size: 6))
                try await journal.append([records[records.count - 1]])
            }
            journal.close()
        }
        #expect(folder.files(".segment").count == 3)
        return (folder, records)
    }

    /// Opens, reads all and verifies; the start must succeed whatever the damage is.
    private func survey(
        _ folder: TemporaryFolder
    ) async throws -> (payloads: [[UInt8]], reported: Bool, verified: JournalVerification) {
        let before = try JournalVerification.run(directory: folder.path)
        let (journal, recovery) = try Journal.open(folder: folder.path, options: JournalOptions(preallocates: false))
        let read = try journal.readAll()
        let reported =
            recovery.damagedBytes > 0 || recovery.tornTail != nil || !recovery.missingSegments.isEmpty
            || !read.damage.isEmpty
        journal.close()
        return (read.payloads, reported, before)
    }

    enum Harm: CaseIterable { case flip, zero }

    @Test("loses at most the record that a flipped or zeroed byte is in, and says so", arguments: Harm.allCases)
    func everyByte(harm: Harm) async throws {
        let (folder, records) = try await make()
        let names = folder.files(".segment")
        for (segment, name) in names.enumerated() {
            let whole = try folder.read(name)
            for offset in whole.indices {
                var bytes = whole
                bytes[offset] = harm == .zero ? 0 : bytes[offset] ^ 0x41
                if bytes == whole { continue }
                let copy = try TemporaryFolder()
                try copy.write("journal.id", folder.read("journal.id"))
                for other in names { try copy.write(other, other == name ? bytes : folder.read(other)) }
                let (payloads, reported, verified) = try await survey(copy)
                let lost = Set(records).subtracting(payloads)
                let isLast = segment == names.count - 1
                #expect(reported, "segment \(segment), byte \(offset)")
                #expect(lost.count <= 1, "segment \(segment), byte \(offset)")
                #expect(payloads == records.filter { !lost.contains($0) }, "segment \(segment), byte \(offset)")
                // A broken last record cannot be told from a write that a crash cut short.
                let tail = verified.segments[segment].tornTailBytes > 0
                #expect(!verified.isSound || (isLast && tail), "segment \(segment), byte \(offset)")
            }
        }
    }

    @Test("cut anywhere keeps every whole record before the cut")
    func everyCut() async throws {
        let (folder, records) = try await make()
        let names = folder.files(".segment")
        for (segment, name) in names.enumerated() {
            let whole = try folder.read(name)
            for size in 0..<whole.count {
                let copy = try TemporaryFolder()
                try copy.write("journal.id", folder.read("journal.id"))
                for other in names {
                    try copy.write(other, other == name ? Array(whole[..<size]) : folder.read(other))
                }
                let (payloads, reported, _) = try await survey(copy)
                let recordBytes = (whole.count - 32) / 4
                let kept = max(0, size - 32) / recordBytes
                let expected = records[..<(segment * 4 + kept)] + records[((segment + 1) * 4)...]
                #expect(payloads == Array(expected), "segment \(segment) cut to \(size)")
                let isBetweenRecords = size >= 32 && (size - 32) % recordBytes == 0
                // In a segment that ends behind a whole record nothing shows that there were more.
                #expect(reported || isBetweenRecords || size < 32, "segment \(segment) cut to \(size)")
            }
        }
    }

    @Test("a torn tail is put aside, and what comes after it is read")
    func tornTail() async throws {
        let (folder, records) = try await make()
        let name = folder.files(".segment")[2]
        let torn = Array(try folder.read(name)[32..<50])
        try folder.write(name, folder.read(name) + torn + [UInt8](repeating: 0, count: 500))
        let (journal, recovery) = try Journal.open(folder: folder.path, options: JournalOptions(preallocates: false))
        #expect(recovery.tornTail?.sizeBytes == UInt64(torn.count))
        #expect(try folder.read(folder.files(".torn")[0]) == torn)
        try await journal.append([payload(99)])
        #expect(try journal.readAll().payloads == records + [payload(99)])
        #expect(try journal.readAll().damage.isEmpty)
        journal.close()
        #expect(try JournalVerification.run(directory: folder.path).isSound)
        let again = try Journal.open(folder: folder.path).recovery
        #expect(again.tornTail == nil)
    }

    @Test("a missing segment is told")
    func missingSegment() async throws {
        let (folder, records) = try await make()
        try FileManager.default.removeItem(atPath: folder.path + "/" + folder.files(".segment")[1])
        let verified = try JournalVerification.run(directory: folder.path)
        #expect(!verified.isSound && verified.missingSegments == [2])
        let (journal, recovery) = try Journal.open(folder: folder.path)
        #expect(recovery.missingSegments == [2])
        #expect(try journal.readAll().payloads == Array(records[..<4] + records[8...]))
        journal.close()
    }

    @Test("a segment of a newer version is refused, not read wrongly")
    func newerVersion() throws {
        let folder = try TemporaryFolder()
        // As a writer of version 2 would begin it: the checksum is right.
        try folder.write(
            "00000000000000000001.segment",
            Array("FOOTJRNL".utf8) + [2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0] + Self.checksumOfVersionTwo
                + [0, 0, 0, 0]
        )
        #expect(throws: JournalError.self) { try Journal.open(folder: folder.path) }
    }

    /// CRC-32C of the 24 bytes above, little-endian.
    private static let checksumOfVersionTwo: [UInt8] = crc32c(
        Array("FOOTJRNL".utf8) + [2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    )

    private static func crc32c(_ bytes: [UInt8]) -> [UInt8] {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
        }
        return withUnsafeBytes(of: (~crc).littleEndian, Array.init)
    }
}
