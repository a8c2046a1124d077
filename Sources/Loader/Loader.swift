import CFootprint
package import EventStore
package import Journal
package import Logging
import Reports
import Synchronization

/// Moves the journal into the store, each event exactly once.
///
/// A range is cut from what is durable, its cut is written down, it is inserted under a token made of the journal's
/// identity and the range, and only then does the record move on. So wherever a crash falls, the same range is sent
/// again under the same token, and the store recognises it.
///
/// An event whose report may be repeated (every item of it carries a trace_id) is inserted once by its identity: a
/// filter says which identities may have been seen, and the store, asked by its primary key, says which have.
package actor Loader {
    private let journal: Journal
    private let store: any EventStore
    private let file: LoaderRecordFile
    private let keep: Keep
    private let logger: Logger
    private let executor: ThreadExecutor
    private let currentStatus = Mutex(LoaderStatus())

    private var record: LoaderRecord
    private var reader: JournalReader
    private var filter: RepeatFilter?
    /// Segments with damage or unreadable records: evidence, never removed.
    private var evidence: Set<UInt64>

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// What happens to segments that were loaded whole.
    package enum Keep: Sendable, Equatable {
        case untilLoaded
        case seconds(Int)
        case forever
    }

    /// Bytes of the journal in one range, which is one insert.
    private static let rangeBytes = 8 << 20
    /// Events in one range: reports of many items are dense, and the engine wants 170 bytes of memory and of free disk
    /// for each event of an insert.
    private static let rangeEvents = 200_000
    /// How long the first event of a small range waits for others: small inserts are what a store likes least.
    private static let gatherMilliseconds = 300
    /// More than this within that time is a busy intake (about 10,000 events a second): the processor is its, and
    /// small inserts would be paid a second time, by the merges of their parts.
    private static let busyBytes: UInt64 = 256 << 10
    /// How long a busy intake may keep the loader waiting for a full range.
    private static let busyGatherMilliseconds = 3_000
    /// Up to this much journal that is not loaded a busy intake has the processors nearly for itself; up to the other, it
    /// has the larger part; over that, the loader takes its full part.
    private static let smallLagBytes: UInt64 = 64 << 20
    private static let largeLagBytes: UInt64 = 512 << 20

    /// - Parameter directory: `DATA/loader`, which must exist.
    package init(
        journal: Journal,
        recovery: JournalRecovery,
        store: any EventStore,
        directory: String,
        keep: Keep,
        logger: Logger
    ) throws(LoaderRecordFile.Failure) {
        self.journal = journal
        self.store = store
        self.keep = keep
        self.logger = logger
        file = LoaderRecordFile(directory: directory)
        executor = ThreadExecutor(name: "loader") { footprint_nice_thread(10) }
        evidence = Set(recovery.segments.filter { !$0.damage.isEmpty }.map(\.number))
        var record = try file.read() ?? LoaderRecord(journal: journal.identity)
        if record.journal != journal.identity {
            logger.warning(
                "the journal is another one than was loaded last: loading it from its start",
                metadata: ["journal": "\(journal.identity)", "former": "\(record.journal)"]
            )
            record = LoaderRecord(journal: journal.identity)
        }
        self.record = record
        reader = journal.reader(from: record.loadedTo)
        let loadedTo = record.loadedTo
        currentStatus.withLock { $0.loadedTo = loadedTo }
    }

    package nonisolated var status: LoaderStatus { currentStatus.withLock { $0 } }

    /// Everything that arrived until then is in the store, Unix seconds: now, where nothing waits; nil where nobody can
    /// say yet, because something waits and nothing was loaded since the start.
    package nonisolated func loadedUntilSeconds() -> Int64? {
        // In this order: what arrives after the clock was read is not promised.
        let now = SystemTime.unixSeconds()
        guard lagBytes > 0 else { return now }
        let loaded = status.loadedUntilSeconds
        return loaded > 0 ? min(loaded, now) : nil
    }

    /// Bytes of the journal that are durable and not in the store yet.
    package nonisolated var lagBytes: UInt64 {
        let loaded = status.loadedTo
        return journal.segments.reduce(0) { lag, segment in
            if segment.number < loaded.segment { return lag }
            if segment.number > loaded.segment { return lag + segment.sizeBytes }
            return lag + segment.sizeBytes - min(loaded.offset, segment.sizeBytes)
        }
    }

    // MARK: - Running

    /// Loads whatever becomes durable, until the task is cancelled. Trouble is retried with back-off, for ever.
    package func run() async {
        let (progress, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        journal.onProgress { wake.yield() }
        wake.yield()
        await withTaskCancellationHandler {
            for await _ in progress {
                await gather()
                if Task.isCancelled { return }
                await catchUp()
            }
        } onCancel: {
            wake.finish()
        }
    }

    /// Waits for enough to be worth an insert: a moment at rest, so that an event is seen soon, and longer the more
    /// comes in.
    private func gather() async {
        let clock = ContinuousClock()
        let start = clock.now
        try? await Task.sleep(for: .milliseconds(Self.gatherMilliseconds))
        guard lagBytes >= Self.busyBytes else { return }
        while !Task.isCancelled, lagBytes < UInt64(Self.rangeBytes),
            clock.now - start < .milliseconds(Self.busyGatherMilliseconds)
        {
            let before = lagBytes
            try? await Task.sleep(for: .milliseconds(Self.gatherMilliseconds))
            // It has become quiet: whoever looks now wants to see it all.
            if lagBytes - before < Self.busyBytes { return }
        }
    }

    /// Loads what is durable now; returns when it is in the store, or the task was cancelled. What comes meanwhile is
    /// gathered for the next time: chasing it would be many small inserts.
    package func catchUp() async {
        let end = journal.durableEnd
        var backoffMilliseconds = 500
        while !Task.isCancelled, record.underWay != nil || record.loadedTo < end {
            do {
                let began = ContinuousClock.now
                let before = journal.durableEnd
                guard try await loadNext() else { return }
                backoffMilliseconds = 500
                await giveWay(sinceEnd: before, took: ContinuousClock.now - began)
            } catch {
                currentStatus.withLock { $0.trouble = "\(error)" }
                logger.error(
                    "loading failed, will be tried again",
                    metadata: ["reason": "\(error)", "wait_ms": "\(backoffMilliseconds)"]
                )
                try? await Task.sleep(for: .milliseconds(backoffMilliseconds))
                backoffMilliseconds = min(backoffMilliseconds * 2, 30_000)
            }
        }
    }

    /// Leaves the processors to an intake that is busy: three times as long as the last range took, or as long again where
    /// much waits. Catching up is for when it is quiet, or when too much waits.
    private func giveWay(sinceEnd before: JournalPosition, took: Duration) async {
        let end = journal.durableEnd
        let arrived = end.segment == before.segment ? end.offset - before.offset : Self.busyBytes
        let quietBytes = took / .milliseconds(Self.gatherMilliseconds) * Double(Self.busyBytes)
        let lag = lagBytes
        guard Double(arrived) > quietBytes, lag < Self.largeLagBytes else { return }
        try? await Task.sleep(for: min(took * (lag < Self.smallLagBytes ? 3 : 1), .seconds(1)))
    }

    /// Loads one range; false where nothing is durable that is not loaded.
    private func loadNext() async throws -> Bool {
        // Of a store that others load too, no filter of ours says what is not there: every identity is looked up.
        if filter == nil, !store.isShared { filter = try await RepeatFilter.rebuilt(from: store) }
        if let range = record.underWay {
            var again = journal.reader(from: range.from)
            let piece = try again.piece(until: range.to.offset)
            try await insert(piece, range, RangeDecoder(piece, leavingOut: range.repeats))
            return true
        }
        reader = journal.reader(from: record.loadedTo)
        guard var piece = try reader.next(sizeBytes: Self.rangeBytes) else { return false }
        let from = JournalPosition(segment: piece.segment, offset: piece.startOffset)
        if let end = RangeDecoder.end(of: piece, afterEvents: Self.rangeEvents) {
            reader = journal.reader(from: from)
            piece = try reader.piece(until: end)
        }
        let decoder = RangeDecoder(piece)
        let repeats = try await repeats(in: decoder)
        let range = LoaderRecord.Range(from: from, to: reader.position, repeats: repeats)
        record.underWay = range
        do { try file.write(record) } catch {
            record.underWay = nil
            throw error
        }
        try await insert(piece, range, repeats.isEmpty ? decoder : RangeDecoder(piece, leavingOut: repeats))
        return true
    }

    private func insert(
        _ piece: JournalReader.Piece,
        _ range: LoaderRecord.Range,
        _ decoder: RangeDecoder
    ) async throws {
        let batch = decoder.batch
        let token = range.token(journal: record.journal)
        if batch.count > 0 { try await store.insert(batch, token: token) }
        // A power cut may make the store forget a token of these, and count a range twice; `events` tell by themselves.
        for rows in [decoder.refused.rows, decoder.sequences.rows, decoder.tallies.rows] where rows.count > 0 {
            try await store.insert(rows, token: token)
        }
        try await ReplayRecord.remember(decoder.replays.map(\.arrival), store: store)
        for case .some(let identity) in decoder.identities { filter?.insert(identity) }
        report(piece, decoder)
        record.underWay = nil
        record.loadedTo = range.to
        currentStatus.withLock { status in
            status.loadedTo = range.to
            status.loadedUntilSeconds = max(status.loadedUntilSeconds, decoder.newestArrivalSeconds)
            status.eventsLoaded += UInt64(batch.count)
            status.rangesLoaded += 1
            status.refused += UInt64(decoder.refused.count)
            status.repeats += UInt64(range.repeats.count)
            status.trouble = nil
        }
        try file.write(record)
        try removeLoadedSegments()
    }

    private func report(_ piece: JournalReader.Piece, _ decoder: RangeDecoder) {
        for damage in piece.damage {
            evidence.insert(piece.segment)
            currentStatus.withLock { $0.damagedPlaces += 1 }
            logger.critical(
                "the journal is damaged here: reports may be lost",
                metadata: [
                    "segment": "\(piece.segment)", "offset": "\(damage.offset)", "bytes": "\(damage.sizeBytes)",
                    "reason": "\(damage.reason.rawValue)",
                ]
            )
        }
        for record in decoder.unreadable {
            evidence.insert(piece.segment)
            currentStatus.withLock { $0.unreadableRecords += 1 }
            logger.critical(
                "a journal record cannot be read and stays in the journal",
                metadata: [
                    "segment": "\(piece.segment)", "offset": "\(record.offset)", "reason": "\(record.reason)",
                ]
            )
        }
        if piece.unknownRecords > 0 {
            evidence.insert(piece.segment)
            logger.warning(
                "records of a newer version stay in the journal",
                metadata: ["segment": "\(piece.segment)", "records": "\(piece.unknownRecords)"]
            )
        }
    }

    private func removeLoadedSegments() throws {
        switch keep {
        case .forever: break
        case .untilLoaded: try journal.removeSegments(before: record.loadedTo, keeping: evidence)
        case .seconds(let seconds):
            try journal.removeSegments(
                before: record.loadedTo,
                keeping: evidence,
                modifiedBeforeSeconds: SystemTime.unixSeconds() - Int64(seconds)
            )
        }
    }

    // MARK: - Repeats

    /// Numbers of the events that were reported before, ascending.
    private func repeats(in decoder: RangeDecoder) async throws -> [Int] {
        var repeats = Set(decoder.repeatsWithin)
        let suspects = decoder.identities.enumerated().compactMap { number, identity -> RepeatLookup.Suspect? in
            guard let identity, filter?.mayContain(identity) ?? true, !repeats.contains(number) else { return nil }
            return RepeatLookup.Suspect(
                number: number,
                identity: identity,
                uid: String(decoding: decoder.batch.uid[number], as: UTF8.self),
                eventTime: decoder.batch.eventTimeGiven[number] == 1 ? decoder.batch.eventTime[number] : nil
            )
        }
        if !suspects.isEmpty {
            repeats.formUnion(try await RepeatLookup.known(suspects, store: store))
        }
        repeats.formUnion(try await ReplayRecord.repeats(in: decoder.replays, store: store))
        return repeats.sorted()
    }
}
