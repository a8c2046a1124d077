import CFootprint
package import EventStore
package import Journal
package import Reports
import Synchronization

/// Finds an id in the journal: what is not in the store yet, and how often what is was sent.
///
/// One search at a time, on a thread of its own at the loader's priority; it reads at most the newest ``limitBytes``,
/// and says what it left out.
package actor JournalSearch {
    private let journal: Journal
    private let loader: Loader
    private let limitBytes: UInt64
    private let executor = ThreadExecutor(name: "where") { footprint_nice_thread(10) }
    private let underWay = Atomic<Int>(0)

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Searches that run or wait; a person looks for one thing at a time.
    private static let waitingAtMost = 8
    /// Events of one answer; the oldest go first. 10,000 × about 250 B.
    private static let eventsAtMost = 10_000

    package init(journal: Journal, loader: Loader, limitBytes: UInt64 = 256 << 20) {
        self.journal = journal
        self.loader = loader
        self.limitBytes = limitBytes
    }

    /// - Throws: ``StoreError/unavailable(_:)`` where too many search already, or the journal cannot be read.
    package nonisolated func find(_ sought: SoughtID) async throws(StoreError) -> JournalFindings {
        guard underWay.wrappingAdd(1, ordering: .relaxed).newValue <= Self.waitingAtMost else {
            underWay.wrappingSubtract(1, ordering: .relaxed)
            throw .unavailable("too many searches of the journal are under way; try again in a moment")
        }
        defer { underWay.wrappingSubtract(1, ordering: .relaxed) }
        do throws(DiskError) {
            return try await search(sought)
        } catch {
            throw .unavailable("the journal \(error)")
        }
    }

    private func search(_ sought: SoughtID) throws(DiskError) -> JournalFindings {
        let loadedTo = loader.status.loadedTo
        var findings = JournalFindings(loadedToSegment: loadedTo.segment, loadedToOffset: loadedTo.offset)
        var reader = journal.reader(from: begin(loadedTo))
        findings.unreadBytes = unloadedBytes(before: reader.position, loadedTo)
        var readBytes: UInt64 = 0
        while let piece = try reader.next() {
            gather(piece, sought, into: &findings)
            readBytes += UInt64(piece.bytes.count)
            if readBytes >= limitBytes {
                findings.unreadBytes += unloadedBytes(after: reader.position, loadedTo)
                break
            }
        }
        return findings
    }

    // MARK: - How much

    /// The beginning of the oldest segment from which on all can be read, or what is not loaded where that is less:
    /// records can be told apart only from a segment's beginning, or from where a reader has been.
    private func begin(_ loadedTo: JournalPosition) -> JournalPosition {
        var total: UInt64 = 0
        var begin: JournalPosition?
        for segment in journal.segments.reversed() {
            total += segment.sizeBytes
            guard total <= limitBytes else { break }
            begin = JournalPosition(segment: segment.number, offset: 0)
        }
        if let begin { return begin }
        let last = journal.segments.last?.number ?? 0
        return max(loadedTo, JournalPosition(segment: last, offset: 0))
    }

    private func unloadedBytes(before begin: JournalPosition, _ loadedTo: JournalPosition) -> UInt64 {
        journal.segments.filter { $0.number < begin.segment }.reduce(0) { sum, segment in
            sum + Self.unloaded(segment.number, upTo: segment.sizeBytes, loadedTo)
        }
    }

    private func unloadedBytes(after end: JournalPosition, _ loadedTo: JournalPosition) -> UInt64 {
        let from = max(end, loadedTo)
        return journal.segments.reduce(0) { sum, segment in
            sum + Self.unloaded(segment.number, upTo: segment.sizeBytes, from)
        }
    }

    private static func unloaded(_ segment: UInt64, upTo end: UInt64, _ loadedTo: JournalPosition) -> UInt64 {
        if segment < loadedTo.segment { return 0 }
        return segment > loadedTo.segment ? end : end - min(end, loadedTo.offset)
    }

    // MARK: - What

    private func gather(_ piece: JournalReader.Piece, _ sought: SoughtID, into findings: inout JournalFindings) {
        var found = piece
        found.records = piece.bytes.withUnsafeBytes { bytes in
            piece.records.filter { record in
                Self.holds(UnsafeRawBufferPointer(rebasing: bytes[record.payload]), record.kind, sought)
            }
        }
        guard !found.records.isEmpty else { return }
        let decoder = RangeDecoder(found, keepsBodies: false)
        if decoder.batch.count > 0 { findings.events.append(decoder.batch) }
        if decoder.refused.count > 0 { findings.refused.append(decoder.refused) }
        var events = findings.events.reduce(0) { $0 + $1.count }
        while events > Self.eventsAtMost, findings.events.count > 1 {
            events -= findings.events.removeFirst().count
        }
        var refused = findings.refused.reduce(0) { $0 + $1.count }
        while refused > Self.eventsAtMost / 10, findings.refused.count > 1 {
            refused -= findings.refused.removeFirst().count
        }
    }

    /// What cannot be read holds nothing that could be shown; the loader says so where it matters.
    private static func holds(_ payload: UnsafeRawBufferPointer, _ kind: RecordKind, _ sought: SoughtID) -> Bool {
        do throws(StoredReport.Unreadable) {
            switch kind {
            case .report, .replay: return try sought.isCarried(by: try StoredReport(payload))
            case .refused: return sought.isMentioned(in: try RefusedReport(payload).body)
            }
        } catch {
            return false
        }
    }
}
