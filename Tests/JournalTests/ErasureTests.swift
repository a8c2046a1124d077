import Foundation
import Journal
import Synchronization
import TestSupport
import Testing

/// Records taken out of the middle of the truth: they are gone, and nothing else is different.
@Suite("Erasing")
struct ErasureTests {
    private func secret(_ number: Int) -> [UInt8] { Array("secret \(number) of somebody ".utf8) }

    private func isSecret(_ payload: UnsafeRawBufferPointer) -> Bool { payload.starts(with: Array("secret".utf8)) }

    @Test("an erased record's bytes are nowhere in the folder, and every other record stands where it stood")
    func erased() async throws {
        let folder = try TemporaryFolder()
        let options = JournalOptions(segmentBytes: 4096, preallocates: false)
        let journal = try Journal.open(folder: folder.path, options: options).journal
        var kept: [[UInt8]] = []
        for number in 0..<200 {
            let payload = number.isMultiple(of: 7) ? secret(number) : payload(number)
            if !number.isMultiple(of: 7) { kept.append(payload) }
            try await journal.append([payload])
        }
        let before = try positions(journal)
        var told: [JournalErasure] = []
        let unsearched = try journal.erase(before: journal.durableEnd) { _, payload in
            isSecret(payload)
        } willErase: {
            told.append($0)
        }
        #expect(unsearched == JournalUnsearched())
        #expect(told.reduce(0) { $0 + $1.records } == 29)
        #expect(told.map(\.segment) == told.map(\.segment).sorted() && told.count == Set(told.map(\.segment)).count)
        #expect(try journal.readAll().payloads == kept)
        let after = try positions(journal)
        #expect(Set(after).isSubset(of: before) && before.count == after.count + 29)
        // Again finds nothing.
        var again = 0
        _ = try journal.erase(before: journal.durableEnd) { _, payload in
            isSecret(payload)
        } willErase: { _ in
            again += 1
        }
        #expect(again == 0)
        journal.close()

        for name in folder.files("") {
            #expect(!contains("secret", try folder.read(name)), "\(name)")
        }
        let verified = try JournalVerification.run(directory: folder.path)
        #expect(verified.isSound && verified.segments.reduce(0) { $0 + $1.erased } == 29)
        #expect(verified.segments.reduce(0) { $0 + $1.records } == 200)
        let (reopened, recovery) = try Journal.open(folder: folder.path, options: options)
        #expect(recovery.damagedBytes == 0 && recovery.tornTail == nil)
        #expect(try reopened.readAll().payloads == kept)
        reopened.close()
    }

    @Test("only what stands before the end is asked about, and nothing is touched where the answer is no")
    func bounds() async throws {
        let folder = try TemporaryFolder()
        let journal = try Journal.open(folder: folder.path, options: JournalOptions(preallocates: false)).journal
        try await journal.append([secret(1), payload(1)])
        let end = journal.durableEnd
        try await journal.append([secret(2)])
        _ = try journal.erase(before: end) { _, payload in isSecret(payload) }
        #expect(try journal.readAll().payloads == [payload(1), secret(2)])
        _ = try journal.erase(from: end, before: journal.durableEnd) { _, _ in false }
        #expect(try journal.readAll().payloads == [payload(1), secret(2)])
        struct No: Error {}
        #expect(throws: No.self) {
            try journal.erase(from: end, before: journal.durableEnd) { _, _ in
                true
            } willErase: { _ in
                throw No()
            }
        }
        #expect(try journal.readAll().payloads == [payload(1), secret(2)])
        journal.close()
    }

    @Test("a segment that holds nothing but erased records is still there at the next start")
    func allErased() async throws {
        let folder = try TemporaryFolder()
        let journal = try Journal.open(folder: folder.path, options: JournalOptions(preallocates: false)).journal
        let first = try await journal.append([secret(1), secret(2)])
        _ = try journal.erase(before: journal.durableEnd) { _, _ in true }
        journal.close()
        let (again, recovery) = try Journal.open(folder: folder.path, options: JournalOptions(preallocates: false))
        #expect(recovery.segments.map(\.number) == [first.segment])
        let next = try await again.append([payload(3)])
        #expect(next > first)
        #expect(try again.readAll().payloads == [payload(3)])
        again.close()
    }

    @Test("reports keep being stored while records before them are erased")
    func besideWriters() async throws {
        let folder = try TemporaryFolder()
        let options = JournalOptions(segmentBytes: 16 << 10, preallocates: true)
        let journal = try Journal.open(folder: folder.path, options: options).journal
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for number in 0..<400 {
                    try await journal.append([number.isMultiple(of: 3) ? self.secret(number) : payload(number)])
                }
            }
            group.addTask {
                for _ in 0..<40 {
                    _ = try journal.erase(before: journal.durableEnd) { _, payload in self.isSecret(payload) }
                    await Task.yield()
                }
            }
            try await group.waitForAll()
        }
        _ = try journal.erase(before: journal.durableEnd) { _, payload in isSecret(payload) }
        let kept = (0..<400).filter { !$0.isMultiple(of: 3) }.map { payload($0) }
        let read = try journal.readAll()
        #expect(read.payloads == kept && read.damage.isEmpty)
        journal.close()
    }

    @Test("how old a segment is does not change, because that is what it is kept by")
    func age() async throws {
        let folder = try TemporaryFolder()
        let journal = try Journal.open(folder: folder.path, options: JournalOptions(preallocates: false)).journal
        try await journal.append([secret(1), payload(1)])
        let name = try #require(folder.files(".segment").first)
        let path = folder.path + "/" + name
        let old = Date(timeIntervalSince1970: 1_700_000_000)
        try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: path)
        _ = try journal.erase(before: journal.durableEnd) { _, payload in isSecret(payload) }
        #expect(try RealDisk().modifiedAtSeconds(path) == 1_700_000_000)
        journal.close()
    }

    @Test(
        "a disk that fails in the middle leaves what the next try finishes",
        arguments: [FailingDisk.Operation.write, .sync]
    )
    func failingDisk(_ operation: FailingDisk.Operation) async throws {
        let folder = try TemporaryFolder()
        let disk = FailingDisk()
        let journal = try Journal.open(
            folder: folder.path,
            options: JournalOptions(preallocates: false),
            disk: disk
        ).journal
        try await journal.append([secret(1), payload(1), secret(2)])
        disk.failing.withLock { $0 = operation }
        #expect(throws: DiskError.self) {
            try journal.erase(before: journal.durableEnd) { _, payload in isSecret(payload) }
        }
        disk.failing.withLock { $0 = nil }
        _ = try journal.erase(before: journal.durableEnd) { _, payload in isSecret(payload) }
        #expect(try journal.readAll().payloads == [payload(1)])
        #expect(try journal.readAll().damage.isEmpty)
        journal.close()
    }

    @Test("torn writes that were put aside go where they are told to")
    func torn() async throws {
        let folder = try TemporaryFolder()
        let journal = try Journal.open(folder: folder.path, options: JournalOptions(preallocates: false)).journal
        try await journal.append([payload(1)])
        journal.close()
        try folder.write("00000000000000000001-99.torn", secret(1))
        try folder.write("00000000000000000001-98.torn", payload(2))
        let again = try Journal.open(folder: folder.path).journal
        #expect(try again.removeTornWrites { contains("secret", $0) } == 1)
        #expect(folder.files(".torn") == ["00000000000000000001-98.torn"])
        again.close()
    }

    // MARK: - Power cuts

    @Test(
        "after a power cut anywhere in an erasure nothing is damaged, no other record is lost, and it can be finished"
    )
    func powerCuts() async throws {
        for seed in 0..<400 as Range<UInt64> {
            if let broken = try await brokenPromise(seed: seed) {
                Issue.record("seed \(seed): \(broken)")
                return
            }
        }
    }

    private func brokenPromise(seed: UInt64) async throws -> String? {
        var random = SeededRandom(seed: seed)
        let options = JournalOptions(segmentBytes: 2048, preallocates: false)
        let first = SimulatedDisk(callsUntilPowerCut: .max)
        let filled = try Journal.open(folder: "/j", options: options, disk: first).journal
        var kept: [[UInt8]] = []
        for number in 0..<Int.random(in: 5..<60, using: &random) {
            let size = Int.random(in: 0..<900, using: &random)
            let isToGo = Bool.random(using: &random)
            let payload = isToGo ? secret(number) + [UInt8](repeating: 0x79, count: size) : payload(number, size: size)
            if !isToGo { kept.append(payload) }
            try await filled.append([payload])
        }
        filled.close()

        var found = first.afterPowerCut(using: &random, callsUntilPowerCut: .random(in: 1..<120, using: &random))
        for life in 0..<3 {
            if let journal = try? Journal.open(folder: "/j", options: options, disk: found).journal {
                _ = try? journal.erase(before: journal.durableEnd) { _, payload in isSecret(payload) }
                found.cutPower()
                journal.close()
            }
            found.cutPower()
            found = found.afterPowerCut(using: &random, callsUntilPowerCut: .random(in: 1..<120, using: &random))
            // Beside nobody, before any start: what is half erased is no damage.
            let looked = found.afterPowerCut(using: &random, callsUntilPowerCut: .max)
            guard try JournalVerification.run(directory: "/j", disk: looked).isSound else {
                return "life \(life): verify finds damage"
            }
            let (journal, recovery) = try Journal.open(folder: "/j", options: options, disk: looked)
            defer { journal.close() }
            guard recovery.damagedBytes == 0, recovery.tornTail == nil else {
                return "life \(life): damage at the start"
            }
            let read = try journal.readAll()
            guard read.damage.isEmpty else { return "life \(life): damage while reading" }
            let others = read.payloads.filter { $0.withUnsafeBytes { !isSecret($0) } }
            guard others == kept else { return "life \(life): another record is not as it was" }
            _ = try journal.erase(before: journal.durableEnd) { _, payload in isSecret(payload) }
            guard try journal.readAll().payloads == kept else { return "life \(life): it cannot be finished" }
        }
        return nil
    }

    private func positions(_ journal: Journal) throws -> [JournalPosition] {
        var positions: [JournalPosition] = []
        try journal.walk(before: journal.durableEnd) { piece in
            positions += piece.records.map { JournalPosition(segment: piece.segment, offset: $0.offset) }
        }
        return positions
    }
}

private func contains(_ text: String, _ bytes: [UInt8]) -> Bool {
    Data(bytes).range(of: Data(text.utf8)) != nil
}
