import Foundation
import Journal
import Synchronization
import Testing

@Suite("A disk that fails")
struct FailingDiskTests {
    @Test("a full disk refuses at once, keeps what was acknowledged, and goes on when there is space again")
    func full() async throws {
        let folder = try TemporaryFolder()
        let disk = FailingDisk()
        let journal = try Journal.open(
            folder: folder.path,
            options: JournalOptions(preallocates: false),
            disk: disk
        ).journal
        try await journal.append([payload(1)])
        disk.failing.withLock { $0 = .write }
        for _ in 0..<3 { await #expect(throws: JournalError.self) { try await journal.append([payload(2)]) } }
        #expect(journal.lastError != nil)
        disk.failing.withLock { $0 = nil }
        try await journal.append([payload(3)])
        #expect(journal.lastError == nil)
        #expect(try journal.readAll().payloads == [payload(1), payload(3)])
        journal.close()
        let again = try Journal.open(folder: folder.path).journal
        #expect(try again.readAll().payloads == [payload(1), payload(3)])
        again.close()
    }

    @Test("after a failed sync the segment is never written to again, and nothing of the group is believed")
    func failedSync() async throws {
        let folder = try TemporaryFolder()
        let disk = FailingDisk()
        let journal = try Journal.open(
            folder: folder.path,
            options: JournalOptions(preallocates: false),
            disk: disk
        ).journal
        let first = try await journal.append([payload(1)])
        disk.failing.withLock { $0 = .sync }
        await #expect(throws: JournalError.self) { try await journal.append([payload(2)]) }
        disk.failing.withLock { $0 = nil }
        let next = try await journal.append([payload(3)])
        #expect(next.segment > first.segment)
        #expect(try journal.readAll().payloads == [payload(1), payload(3)])
        journal.close()
        let again = try Journal.open(folder: folder.path).journal
        #expect(try again.readAll().payloads == [payload(1), payload(3)])
        again.close()
    }

    @Test(
        "a segment that was full when its follower failed is still read, and stays until it is loaded",
        arguments: [FailingDisk.Operation.sync, .write, .writeOfRecords]
    )
    func failedRoll(_ operation: FailingDisk.Operation) async throws {
        let folder = try TemporaryFolder()
        let disk = FailingDisk()
        let options = JournalOptions(segmentBytes: 4096, preallocates: false)
        let journal = try Journal.open(folder: folder.path, options: options, disk: disk).journal
        let large = [UInt8](repeating: 7, count: 3000)
        let first = try await journal.append([large])
        disk.failing.withLock { $0 = operation }
        for _ in 0..<3 { await #expect(throws: JournalError.self) { try await journal.append([large]) } }
        #expect(journal.segments.map(\.number) == [first.segment])
        #expect(try journal.readAll().payloads == [large])
        disk.failing.withLock { $0 = nil }
        let next = try await journal.append([payload(3)])
        #expect(next.segment == first.segment + 1)
        #expect(try journal.readAll().payloads == [large, payload(3)])
        journal.close()
        let again = try Journal.open(folder: folder.path).journal
        #expect(try again.readAll().payloads == [large, payload(3)])
        again.close()
    }
}

/// The real disk, until it is told to fail.
final class FailingDisk: Disk {
    enum Operation { case write, writeOfRecords, sync }

    let failing = Mutex<Operation?>(nil)
    private let real = RealDisk()

    func check(_ operation: Operation) throws(DiskError) {
        if failing.withLock({ $0 == operation }) {
            throw DiskError(operation: "\(operation)", path: "segment", code: 28, message: "No space left on device")
        }
    }

    func list(_ folder: String) throws(DiskError) -> [String] { try real.list(folder) }
    func rename(_ from: String, to: String) throws(DiskError) { try real.rename(from, to: to) }
    func remove(_ path: String) throws(DiskError) { try real.remove(path) }
    func syncFolder(_ path: String) throws(DiskError) { try real.syncFolder(path) }
    func modifiedAtSeconds(_ path: String) throws(DiskError) -> Int64 { try real.modifiedAtSeconds(path) }
    func freeBytes(_ folder: String) throws(DiskError) -> UInt64 { try real.freeBytes(folder) }

    func open(_ path: String, create: Bool) throws(DiskError) -> any DiskFile {
        File(disk: self, real: try real.open(path, create: create))
    }

    private struct File: DiskFile {
        let disk: FailingDisk
        let real: any DiskFile

        func sizeBytes() throws(DiskError) -> UInt64 { try real.sizeBytes() }
        func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(DiskError) -> Int {
            try real.read(into: buffer, at: offset)
        }
        func write(_ buffers: [UnsafeRawBufferPointer], at offset: UInt64) throws(DiskError) {
            if disk.failing.withLock({ $0 == .write }) {
                // As a full disk does: a part of it is written.
                try real.write(buffers.map { UnsafeRawBufferPointer(rebasing: $0[..<($0.count / 2)]) }, at: offset)
            }
            try disk.check(.write)
            // Behind the header, which still fitted.
            if offset > 0 { try disk.check(.writeOfRecords) }
            try real.write(buffers, at: offset)
        }
        func sync() throws(DiskError) {
            try disk.check(.sync)
            try real.sync()
        }
        func truncate(to sizeBytes: UInt64) throws(DiskError) { try real.truncate(to: sizeBytes) }
        func close() { real.close() }
    }
}
