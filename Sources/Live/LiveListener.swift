package import Journal
import Loader
import Reports

/// One listener's way through the journal.
package actor LiveListener {
    private let journal: Journal
    private let executor: ThreadExecutor
    private let filter: LiveFilter
    private let lagLimitBytes: UInt64
    private var reader: JournalReader
    private var way = Way.following

    private enum Way {
        case following
        /// Looks for the report that was seen last, up to `end`, from `begin` on.
        case seeking(arrival: UInt64, begin: JournalPosition, end: JournalPosition)
        /// It was not found: what arrived later is shown, up to `end`.
        case later(than: UInt64, end: JournalPosition)
    }

    /// What comes next.
    package struct Batch: Sendable {
        /// In the order of the journal.
        package var events: [LiveEvent] = []
        /// Reports that were passed over, because the listener was too far behind.
        package var missed = 0
        /// Others were in between that the journal does not hold any more: nobody knows how many.
        package var hasGap = false
        /// There is more already.
        package var isBehind = false
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Journal bytes of one batch: some two thousand events, a few milliseconds of work.
    private static let batchBytes = 256 << 10
    /// How much of the journal is searched for the report that was seen last.
    private static let searchBytes: UInt64 = 256 << 20

    init(journal: Journal, executor: ThreadExecutor, filter: LiveFilter, after arrival: UInt64?, lagLimitBytes: UInt64)
    {
        self.journal = journal
        self.executor = executor
        self.filter = filter
        self.lagLimitBytes = lagLimitBytes
        reader = journal.reader(from: journal.durableEnd)
        guard let arrival else { return }
        let end = journal.durableEnd
        let begin = Self.begin(of: journal)
        reader = journal.reader(from: begin)
        way = .seeking(arrival: arrival, begin: begin, end: end)
    }

    /// Reads on; an empty batch where nothing has come.
    ///
    /// - Throws: where the journal cannot be read.
    package func next() throws(DiskError) -> Batch {
        var batch = Batch()
        let before = reader.position
        if let first = journal.segments.first?.number, before.segment > 0, before.segment < first,
            case .following = way
        {
            batch.hasGap = true
        }
        if case .following = way { batch.missed = try catchUp() }
        guard let piece = try reader.next(sizeBytes: Self.batchBytes) else {
            try sought(&batch, at: reader.position)
            return batch
        }
        for record in piece.records {
            piece.bytes.withUnsafeBytes { bytes in
                take(UnsafeRawBufferPointer(rebasing: bytes[record.payload]), record.kind, into: &batch)
            }
        }
        try sought(&batch, at: reader.position)
        batch.isBehind = batch.isBehind || reader.position < journal.durableEnd
        return batch
    }

    /// Passes over everything, where too much waits. Only the records are counted: that is quick.
    private func catchUp() throws(DiskError) -> Int {
        guard behindBytes > lagLimitBytes else { return 0 }
        let end = journal.durableEnd
        var count = 0
        while reader.position < end, let piece = try reader.next() { count += piece.records.count }
        return count
    }

    private var behindBytes: UInt64 {
        let position = reader.position
        return journal.segments.reduce(0) { sum, segment in
            if segment.number < position.segment { return sum }
            return sum + segment.sizeBytes
                - (segment.number == position.segment ? min(position.offset, segment.sizeBytes) : 0)
        }
    }

    // MARK: - Where a listener was

    /// The beginning of the oldest segment within what is searched, or of the newest one.
    private static func begin(of journal: Journal) -> JournalPosition {
        var total: UInt64 = 0
        var begin = journal.segments.last?.number ?? 0
        for segment in journal.segments.reversed() {
            total += segment.sizeBytes
            guard total <= searchBytes else { break }
            begin = segment.number
        }
        return JournalPosition(segment: begin, offset: 0)
    }

    /// The search has come to `position`; where it is over without a find, the listener is shown what arrived later.
    private func sought(_ batch: inout Batch, at position: JournalPosition) throws(DiskError) {
        switch way {
        case .following: break
        case .seeking(let arrival, let begin, let end):
            batch.isBehind = true
            guard position >= end else { return }
            batch.hasGap = true
            reader = journal.reader(from: begin)
            way = .later(than: arrival, end: end)
        case .later(_, let end):
            if position >= end { way = .following } else { batch.isBehind = true }
        }
    }

    private func take(_ payload: UnsafeRawBufferPointer, _ kind: RecordKind, into batch: inout Batch) {
        do throws(StoredReport.Unreadable) {
            switch kind {
            case .report:
                let report = try StoredReport(payload)
                guard isNew(report.arrivalMicroseconds), try filter.shows(report) else { return }
                batch.events.append(try LiveEvent(report, isReplay: false))
            case .refused:
                let report = try RefusedReport(payload)
                guard isNew(report.arrivalMicroseconds), filter.shows(report) else { return }
                batch.events.append(LiveEvent(report))
            case .replay:
                // It has the arrival of the refused report that it was: its place among the others says nothing.
                let report = try StoredReport(payload)
                guard case .following = way, try filter.shows(report) else { return }
                batch.events.append(try LiveEvent(report, isReplay: true))
            }
        } catch {
            // What this version cannot read is the loader's to report.
        }
    }

    /// Whether a report comes after the one that was seen last. Each arrival is one report's.
    private func isNew(_ arrival: UInt64) -> Bool {
        switch way {
        case .following: return true
        case .later(let last, _): return arrival > last
        case .seeking(let last, _, _):
            if arrival == last { way = .following }
            return false
        }
    }
}
