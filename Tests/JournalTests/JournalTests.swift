import Foundation
import Journal
import Testing

@Suite("The journal")
struct JournalTests {
    private let options = JournalOptions(segmentBytes: 4096, preallocates: true)

    @Test("gives back what was appended, in order, across restarts and segments")
    func order() async throws {
        let folder = try TemporaryFolder()
        var expected: [[UInt8]] = []
        for start in 0..<4 {
            let (journal, recovery) = try Journal.open(folder: folder.path, options: options)
            #expect(recovery.damagedBytes == 0 && recovery.tornTail == nil && recovery.missingSegments.isEmpty)
            for number in 0..<40 {
                let payloads = (0..<3).map { payload(start * 1000 + number * 3 + $0, size: number * 7) }
                try await journal.append(payloads)
                expected += payloads
            }
            #expect(try journal.readAll().payloads == expected)
            journal.close()
        }
        let (journal, recovery) = try Journal.open(folder: folder.path, options: options)
        #expect(recovery.segments.count > 4)
        #expect(recovery.segments.reduce(0) { $0 + $1.records } == expected.count)
        #expect(try journal.readAll().payloads == expected)
        journal.close()
    }

    @Test("keeps its identity, and a new folder has another")
    func identity() throws {
        let folder = try TemporaryFolder()
        let first = try Journal.open(folder: folder.path, options: options).journal
        first.close()
        let second = try Journal.open(folder: folder.path, options: options).journal
        second.close()
        let other = try TemporaryFolder()
        let third = try Journal.open(folder: other.path, options: options).journal
        third.close()
        #expect(first.identity == second.identity)
        #expect(first.identity != third.identity)
    }

    @Test("says where each batch begins, and a reader that starts there reads it")
    func positions() async throws {
        let folder = try TemporaryFolder()
        let journal = try Journal.open(folder: folder.path, options: options).journal
        for number in 0..<200 {
            let position = try await journal.append([payload(number), payload(number + 1000)])
            let read = try journal.readAll(from: position).payloads
            #expect(read == [payload(number), payload(number + 1000)])
        }
        journal.close()
    }

    @Test("removes loaded segments, never the last, and never gives a number twice")
    func removal() async throws {
        let folder = try TemporaryFolder()
        var journal = try Journal.open(folder: folder.path, options: options).journal
        for number in 0..<300 { try await journal.append([payload(number)]) }
        let end = journal.durableEnd
        #expect(end.segment > 2)
        #expect(try journal.removeSegments(before: end, keeping: [2]) == Int(end.segment) - 2)
        #expect(journal.segments.map(\.number) == [2, end.segment])
        journal.close()
        journal = try Journal.open(folder: folder.path, options: options).journal
        let next = try await journal.append([payload(1)])
        #expect(next > end)
        journal.close()
    }

    @Test("refuses more than may wait, and takes it again when there is room")
    func bounded() async throws {
        let folder = try TemporaryFolder()
        let journal = try Journal.open(
            folder: folder.path,
            options: JournalOptions(segmentBytes: 1 << 20, waitingBytesLimit: 1000)
        ).journal
        await #expect(throws: JournalError.full) { try await journal.append([payload(1, size: 2000)]) }
        try await journal.append([payload(2)])
        #expect(try journal.readAll().payloads == [payload(2)])
        journal.close()
        await #expect(throws: JournalError.closed) { try await journal.append([payload(3)]) }
    }

    @Test("a thousand batches from many tasks are all there, each whole")
    func concurrency() async throws {
        let folder = try TemporaryFolder()
        let journal = try Journal.open(folder: folder.path, options: options).journal
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<10 {
                group.addTask {
                    for number in 0..<100 { _ = try? await journal.append([payload(task * 100 + number)]) }
                }
            }
        }
        let read = try journal.readAll().payloads
        #expect(read.count == 1000 && Set(read) == Set((0..<1000).map { payload($0) }))
        journal.close()
    }
}
