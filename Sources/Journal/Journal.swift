import Synchronization

/// The truth: what was acknowledged is here, in order, on stable storage.
///
/// Guarantees:
/// - A batch's completion gets a success only after every byte of it was written and `fdatasync` returned without an
///   error. One write and one sync serve all batches that wait (group commit).
/// - After a failed write or sync nothing of that group is believed: the segment is cut back to what was durable before
///   and never written to again. A later sync of the same file proves nothing about earlier pages.
/// - A process that dies anywhere leaves whole records and at most a torn tail, which ``open(folder:options:disk:)``
///   puts aside.
///
/// Batches are handed over to the journal's thread, or committed on the caller's where that is quick.
package final class Journal: Sendable {
    package let folder: String
    /// Random, made with the folder: positions of two journals are never taken for one another.
    package let identity: String
    private let options: JournalOptions
    let disk: any Disk
    /// Held by the one erasure that writes.
    let erasing = Mutex(())
    private let mailbox = Mailbox<Waiting>()
    private let waitingBytes = Atomic<Int>(0)
    fileprivate let state: Mutex<State>
    /// Whoever holds it commits; nil before the first segment can be begun, and after the last has ended.
    private let writer = Mutex<SegmentWriter?>(nil)
    private let writerEnded = Signal()
    /// How long commits take of late: a moving average over about eight.
    private let syncMicroseconds = Atomic<Int>(0)
    private static let quickMicroseconds = 2_000

    struct Waiting: Sendable {
        var batch: JournalBatch
        var completion: @Sendable (JournalBatch, Result<JournalPosition, JournalError>) -> Void
    }

    fileprivate struct State {
        /// Segments that are complete, by number, with their sizes.
        var sealed: [UInt64: UInt64]
        /// The segment being written to, and how much of it is durable.
        var active: JournalPosition?
        var lastNumber: UInt64
        var onProgress: (@Sendable () -> Void)?
        var lastError: JournalError?
    }

    /// Opens the folder, which must exist: puts torn tails aside, keeps every whole record, and starts to take batches.
    package static func open(
        folder: String,
        options: JournalOptions = JournalOptions(),
        disk: any Disk = RealDisk()
    ) throws(JournalError) -> (journal: Journal, recovery: JournalRecovery) {
        let recovery: JournalRecovery
        do throws(DiskError) {
            recovery = try JournalRecovery.run(folder: folder, disk: disk)
        } catch { throw .disk(error) }
        if let newer = recovery.newerFormat { throw .newerFormat(path: newer) }
        let journal = Journal(folder: folder, options: options, disk: disk, recovery: recovery)
        journal.startWriter()
        return (journal, recovery)
    }

    private init(folder: String, options: JournalOptions, disk: any Disk, recovery: JournalRecovery) {
        self.folder = folder
        self.options = options
        self.disk = disk
        identity = recovery.identity
        state = Mutex(
            State(
                sealed: recovery.segments.reduce(into: [:]) { $0[$1.number] = $1.sizeBytes },
                lastNumber: recovery.segments.map(\.number).max() ?? 0
            )
        )
    }

    // MARK: - Writing

    /// Hands a batch over. `completion` is called once, on the journal's thread, and gets the batch back together with
    /// the position of its first record; it must not block.
    ///
    /// Throws ``JournalError/full`` or ``JournalError/closed`` where the batch was not taken; it then was not called.
    package func submit(
        _ batch: JournalBatch,
        whenDurable completion: @escaping @Sendable (JournalBatch, Result<JournalPosition, JournalError>) -> Void
    ) throws(JournalError) {
        let size = batch.sizeBytes
        guard waitingBytes.load(ordering: .relaxed) + size <= options.waitingBytesLimit else { throw .full }
        waitingBytes.wrappingAdd(size, ordering: .relaxed)
        guard mailbox.put(Waiting(batch: batch, completion: completion)) else {
            waitingBytes.wrappingSubtract(size, ordering: .relaxed)
            throw .closed
        }
    }

    /// Whether more may be handed over now.
    package var hasRoom: Bool { waitingBytes.load(ordering: .relaxed) < options.waitingBytesLimit }

    /// Takes no more batches, writes those that wait, and returns when they are durable. Blocks; safe to repeat.
    package func close() {
        mailbox.close()
        writerEnded.wait()
    }

    /// Commits a batch on the calling thread, which blocks for the sync; nil where the batch was not taken, because
    /// another commit is under way or the disk is slow just now: ``submit(_:whenDurable:)`` it then.
    ///
    /// A hand-over to another thread and back costs as much as a sync on a good disk, and while the caller is blocked
    /// what it would serve next gathers into a larger group.
    package func commitHere(_ batch: JournalBatch) -> Result<JournalPosition, JournalError>? {
        guard syncMicroseconds.load(ordering: .relaxed) < Self.quickMicroseconds else { return nil }
        let outcome = writer.withLockIfAvailable { writer in
            writer.map { writer in commit(writer) { $0.write(batch.bytes) } }
        }
        guard let outcome = outcome ?? nil else { return nil }
        if let error = outcome.error { return .failure(.disk(error)) }
        state.withLock { $0.onProgress }?()
        return .success(outcome.start)
    }

    // MARK: - Reading

    /// How far records may be read: everything before is durable.
    package var durableEnd: JournalPosition {
        state.withLock { state in
            if let active = state.active { return active }
            guard let last = state.sealed.keys.max(), let size = state.sealed[last] else { return .start }
            return JournalPosition(segment: last, offset: size)
        }
    }

    /// The segments from the first to the last, sealed ones with their whole size, the active one with what is durable.
    package var segments: [(number: UInt64, sizeBytes: UInt64, isSealed: Bool)] {
        state.withLock { state in
            var all = state.sealed.map { (number: $0.key, sizeBytes: $0.value, isSealed: true) }
            if let active = state.active { all.append((active.segment, active.offset, false)) }
            return all.sorted { $0.number < $1.number }
        }
    }

    /// Calls back, on the committing thread, after each group that became durable. One listener; it must not block.
    package func onProgress(_ listener: @escaping @Sendable () -> Void) {
        state.withLock { $0.onProgress = listener }
    }

    /// The last group's failure; nil while writing works.
    package var lastError: JournalError? { state.withLock { $0.lastError } }

    /// Whether there is room again after a failed write, so that a next try is worth making.
    package var hasSpaceAgain: Bool {
        ((try? disk.freeBytes(folder)) ?? 0) > 16 << 20
    }

    /// Removes the segments before the one that `position` is in, but not those in `keeping`, nor those whose last
    /// record is younger than `modifiedBeforeSeconds` (Unix seconds; nil for any age). The segment of `position` stays
    /// even where all of it was read: the highest number must be remembered, or a position would mean two records.
    /// Returns how many went.
    @discardableResult
    package func removeSegments(
        before position: JournalPosition,
        keeping: Set<UInt64> = [],
        modifiedBeforeSeconds: Int64? = nil
    ) throws(JournalError) -> Int {
        let old = state.withLock { $0.sealed.keys.filter { $0 < position.segment && !keeping.contains($0) }.sorted() }
        var removed = 0
        do throws(DiskError) {
            for number in old {
                if let modifiedBeforeSeconds {
                    guard try disk.modifiedAtSeconds(path(segment: number)) < modifiedBeforeSeconds else { break }
                }
                try disk.remove(path(segment: number))
                state.withLock { _ = $0.sealed.removeValue(forKey: number) }
                removed += 1
            }
            if removed > 0 { try disk.syncFolder(folder) }
        } catch { throw .disk(error) }
        return removed
    }

    /// Reads from `position` on, up to what is durable when each read is made.
    package func reader(from position: JournalPosition) -> JournalReader {
        JournalReader(folder: folder, disk: disk, position: position) { [self] in segments }
    }

    // MARK: - The writer's thread

    private func startWriter() {
        startThread(name: "journal") { [self] in
            writer.withLock { writer in
                writer = SegmentWriter(
                    folder: folder,
                    options: options,
                    disk: disk,
                    lastNumber: state.withLock { $0.lastNumber }
                )
            }
            var waiting: [Waiting] = []
            while mailbox.takeAll(into: &waiting) { commit(waiting) }
            writer.withLock { writer in
                for sealed in writer?.seal() ?? [] { state.withLock { $0.close(sealed) } }
                writer = nil
            }
            writerEnded.signal()
        }
    }

    private func commit(_ waiting: [Waiting]) {
        var first = 0
        while first < waiting.count {
            // A group is bounded, so that the first of many batches does not wait for the sync of all.
            var next = first
            var size = 0
            repeat {
                size += waiting[next].batch.sizeBytes
                next += 1
            } while next < waiting.count && size + waiting[next].batch.sizeBytes <= 8 << 20
            commit(group: waiting[first..<next], size: size)
            first = next
        }
    }

    private func commit(group: ArraySlice<Waiting>, size: Int) {
        let outcome = writer.withLock { writer in
            writer.map { writer in commit(writer) { $0.write(group.map(\.batch.bytes), size: size) } }
        }
        guard let outcome else { preconditionFailure("the writer goes after the last batch") }
        waitingBytes.wrappingSubtract(size, ordering: .relaxed)
        if let error = outcome.error {
            for waiting in group { waiting.completion(waiting.batch, .failure(.disk(error))) }
            return
        }
        var position = outcome.start
        for waiting in group {
            let sizeBytes = waiting.batch.sizeBytes
            waiting.completion(waiting.batch, .success(position))
            position.offset += UInt64(sizeBytes)
        }
        state.withLock { $0.onProgress }?()
    }

    /// Writes and syncs one group, and makes known how far records are durable. The caller holds the writer.
    private func commit(
        _ writer: SegmentWriter,
        _ write: (SegmentWriter) -> SegmentWriter.Outcome
    ) -> SegmentWriter.Outcome {
        let began = ContinuousClock.now
        let outcome = write(writer)
        state.withLock { state in
            for sealed in outcome.sealed { state.close(sealed) }
            state.active = outcome.durable
            state.lastError = outcome.error.map(JournalError.disk)
        }
        let took = Int((ContinuousClock.now - began) / .microseconds(1))
        syncMicroseconds.store((syncMicroseconds.load(ordering: .relaxed) * 7 + took) / 8, ordering: .relaxed)
        return outcome
    }

    private func path(segment: UInt64) -> String { folder + "/" + JournalFormat.fileName(segment: segment) }
}

extension Journal.State {
    fileprivate mutating func close(_ segment: SegmentWriter.Sealed) {
        if segment.sizeBytes > UInt64(JournalFormat.headerBytes) { sealed[segment.number] = segment.sizeBytes }
        if active?.segment == segment.number { active = nil }
    }
}
