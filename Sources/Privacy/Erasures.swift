package import Access
package import EventStore
import Foundation
package import Insights
package import Journal
import Loader
package import Logging
package import Quarantine
import Synchronization

/// Erases what is held about one person: in the journal, in the store, in what was refused. One erasure at a time.
///
/// An erasure is a file before it is anything else (``PendingErasure``), and each of its steps may be taken again. So
/// whatever a crash interrupts is finished by the next start, and a store that is away for a day makes it late, not
/// lost. At the end stands a signed ``Receipt``, and the uid is nowhere any more.
///
/// The steps:
/// 1. Everything that had arrived is loaded: no record that the loader may send again is touched, and the ranges that
///    make loading exactly once stay what they were.
/// 2. In the journal, each record of the person's becomes one of the same length that holds nothing.
/// 3. In the store, the rows go by mutations, which are waited for, and counted afterwards.
/// 4. What came in between is looked at until nothing of it is the person's.
package actor Erasures {
    package nonisolated let directory: PrivacyDirectory
    package nonisolated let counters: PrivacyCounters
    private let journal: Journal
    private let loaded: LoadedMark
    private let store: any EventStore
    private let quarantine: Quarantine?
    private let access: Access
    private let version: String
    private let logger: Logger
    private let executor = ThreadExecutor(name: "privacy") {}
    /// Why each of the pending ones is not finished.
    private nonisolated let reasons = Mutex<[String: String]>([:])
    private nonisolated let (orders, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    private nonisolated let nowMicroseconds: @Sendable () -> UInt64

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// How long the loader may take for what had arrived before a try gives up for the moment.
    private static let loadingSeconds = 120
    /// What arrived until the order is gone after the first pass; the others are for what was under way just then.
    private static let passesAtMost = 20

    /// - Parameters:
    ///   - quarantine: whose replays an erasure must not meet; nil where none can be.
    ///   - version: this program's, for receipts.
    package init(
        directory: PrivacyDirectory,
        journal: Journal,
        loaded: LoadedMark,
        store: any EventStore,
        quarantine: Quarantine?,
        access: Access,
        version: String,
        counters: PrivacyCounters,
        logger: Logger,
        nowMicroseconds: @escaping @Sendable () -> UInt64
    ) {
        self.directory = directory
        self.journal = journal
        self.loaded = loaded
        self.store = store
        self.quarantine = quarantine
        self.access = access
        self.version = version
        self.counters = counters
        self.logger = logger
        self.nowMicroseconds = nowMicroseconds
    }

    // MARK: - Ordering

    /// What became of an order within the time that was waited.
    package enum Outcome: Sendable {
        case done(Receipt)
        /// It goes on by itself.
        case pending(id: String, reason: String)
    }

    /// Orders an erasure: in the audit log, then as a file; from here on it happens, whatever becomes of this process.
    /// Returns its id.
    package nonisolated func order(_ person: Person, by actor: AuditActor) throws(PrivacyError) -> String {
        try directory.prepare()
        let erasure = PendingErasure(uid: person.uid, by: actor, nowMicroseconds: nowMicroseconds())
        let hash = try directory.hash(of: person.uid)
        let event = AuditEvent(.erasure, target: erasure.id, detail: ["uid_hash": .text(hash)])
        do throws(AccessError) { try access.record(event, by: actor) } catch { throw .files(error) }
        try directory.write(erasure)
        wake.yield()
        return erasure.id
    }

    /// Waits until an erasure that was ordered is done, at most so long.
    package nonisolated func wait(for id: String, seconds: Int) async throws(PrivacyError) -> Outcome {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            if let receipt = try directory.receipt(id) { return .done(receipt) }
            if ContinuousClock.now >= deadline || Task.isCancelled {
                return .pending(id: id, reason: reason(id))
            }
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Why an erasure is not finished.
    package nonisolated func reason(_ id: String) -> String {
        reasons.withLock { $0[id] } ?? "it is under way"
    }

    // MARK: - Working

    /// Finishes what is pending, then what is ordered, until the task is cancelled. Trouble is tried again, for ever.
    package func run() async {
        await withTaskCancellationHandler {
            wake.yield()
            for await _ in orders {
                var waitSeconds = 1
                while await !finishPending(), !Task.isCancelled {
                    try? await Task.sleep(for: .seconds(waitSeconds))
                    waitSeconds = min(waitSeconds * 2, 60)
                }
            }
        } onCancel: {
            wake.finish()
        }
    }

    /// Tries each pending erasure once, the oldest first; false where one is left.
    package func finishPending() async -> Bool {
        let pending: [PendingErasure]
        do {
            pending = try directory.pending()
        } catch {
            logger.error("pending erasures cannot be read", metadata: ["reason": "\(error)"])
            return false
        }
        var left = pending.count
        counters.erasuresPending.store(UInt64(left), ordering: .relaxed)
        for erasure in pending {
            do {
                try await finish(erasure)
                left -= 1
                reasons.withLock { $0[erasure.id] = nil }
                counters.erasures.wrappingAdd(1, ordering: .relaxed)
                counters.erasuresPending.store(UInt64(left), ordering: .relaxed)
            } catch {
                let reason = "\(error)"
                let isNew = reasons.withLock { reasons in
                    defer { reasons[erasure.id] = reason }
                    return reasons[erasure.id] != reason
                }
                guard isNew else { continue }
                logger.error(
                    "an erasure is not finished, and will be tried again",
                    metadata: ["id": "\(erasure.id)", "reason": "\(reason)"]
                )
            }
        }
        return left == 0
    }

    private func finish(_ ordered: PendingErasure) async throws {
        var erasure = ordered
        // A crash fell between the receipt and the end of its file.
        if try directory.receipt(erasure.id) == nil {
            let person = try Person(uid: erasure.uid)
            guard await quarantine?.hold() ?? true else { throw PrivacyError.replaying }
            do {
                try await erase(person, &erasure)
                await quarantine?.release()
            } catch {
                await quarantine?.release()
                throw error
            }
            try directory.write(try receipt(erasure), id: erasure.id)
        }
        try directory.remove(erasure)
        logger.notice(
            "erased what was held about a person",
            metadata: [
                "id": "\(erasure.id)", "journal_records": "\(erasure.records)",
                "events": "\(erasure.rows[PersonInStore.Table.events.rawValue]?.done ?? 0)",
            ]
        )
    }

    private func erase(_ person: Person, _ erasure: inout PendingErasure) async throws {
        var begin = JournalPosition.start
        for _ in 0..<Self.passesAtMost {
            let end = journal.durableEnd
            try await loaded.wait(for: end, seconds: Self.loadingSeconds)
            let until = try await bounds(person, &erasure)
            try eraseInJournal(person, &erasure, from: begin, before: end, until: until)
            let inStore = PersonInStore(person: person, store: store, untilMicroseconds: until)
            try await eraseInStore(inStore, &erasure)
            begin = end
            guard try isInJournal(person, from: begin, until: until) else { break }
        }
        erasure.tornFiles += try journal.removeTornWrites(where: person.isSpelled)
        try directory.write(erasure)
    }

    /// Up to which arrival the erasure reaches, and what must be looked up before anything is gone; once.
    private func bounds(_ person: Person, _ erasure: inout PendingErasure) async throws -> UInt64 {
        if let until = erasure.untilMicroseconds { return until }
        // A clock that was ahead for a while must not keep anything from being erased.
        let ofAllTime = PersonInStore(person: person, store: store)
        let newestEvent = try await ofAllTime.newestArrival() ?? 0
        let newestRefused = try await ofAllTime.refusedArrivals().max() ?? 0
        let until = max(nowMicroseconds(), newestEvent, newestRefused)
        let inStore = PersonInStore(person: person, store: store, untilMicroseconds: until)
        let times = try await inStore.times()
        erasure.exports = try directory.exports.concerning(person, events: times.events, oldest: times.oldest)
        erasure.untilMicroseconds = until
        try directory.write(erasure)
        return until
    }

    // MARK: - The journal

    private func eraseInJournal(
        _ person: Person,
        _ erasure: inout PendingErasure,
        from begin: JournalPosition,
        before end: JournalPosition,
        until: UInt64
    ) throws {
        var unreadable = 0
        var refused: Set<UInt64> = []
        let unsearched = try journal.erase(from: begin, before: end) { kind, payload in
            let match = person.match(kind, payload)
            switch match {
            case .unreadable: unreadable += 1
            case .refused(let arrival) where arrival <= until: refused.insert(arrival)
            case .refused, .report, .none: break
            }
            return match.arrivalMicroseconds.map { $0 <= until } ?? false
        } willErase: { stretch in
            erasure.refused.formUnion(refused)
            erasure.note(stretch)
            try directory.write(erasure)
        }
        erasure.unreadableRecords = max(erasure.unreadableRecords, unreadable + unsearched.records)
        erasure.damagedBytes = max(erasure.damagedBytes, unsearched.bytes)
    }

    /// Whether something of the person's came to stand behind `begin` that arrived in time to be erased.
    private func isInJournal(_ person: Person, from begin: JournalPosition, until: UInt64) throws -> Bool {
        var isThere = false
        try journal.walk(from: begin, before: journal.durableEnd) { piece in
            piece.bytes.withUnsafeBytes { bytes in
                for record in piece.records where !isThere {
                    let match = person.match(record.kind, UnsafeRawBufferPointer(rebasing: bytes[record.payload]))
                    if let arrival = match.arrivalMicroseconds, arrival <= until { isThere = true }
                }
            }
        }
        return isThere
    }

    // MARK: - The store

    private func eraseInStore(_ inStore: PersonInStore, _ erasure: inout PendingErasure) async throws {
        let found = try await inStore.refusedArrivals()
        if !found.isSubset(of: erasure.refused) {
            erasure.refused.formUnion(found)
            try directory.write(erasure)
        }
        for table in PersonInStore.Table.allCases {
            var left = try await inStore.count(table, refused: erasure.refused)
            erasure.found(left, in: table.rawValue)
            if left > 0 {
                try directory.write(erasure)
                try await inStore.delete(table, refused: erasure.refused)
            }
            var pauseMilliseconds = 50
            while left > 0 {
                try await Task.sleep(for: .milliseconds(pauseMilliseconds))
                pauseMilliseconds = min(pauseMilliseconds * 2, 2_000)
                left = try await inStore.count(table, refused: erasure.refused)
            }
            erasure.finished(table.rawValue)
        }
        try directory.write(erasure)
    }

    // MARK: - The receipt

    private func receipt(_ erasure: PendingErasure) throws -> Receipt {
        let keys = try directory.keys()
        let rows = PersonInStore.Table.allCases.map { table in
            JSONValue.Member(table.rawValue, .int(Int64(erasure.rows[table.rawValue]?.total ?? 0)))
        }
        return try Receipt.signed(
            [
                .init("id", .string(erasure.id)),
                .init("state", "done"),
                .init("requested", .int(Int64(erasure.requestedMicroseconds / 1_000_000))),
                .init("finished", .int(Int64(nowMicroseconds() / 1_000_000))),
                .init("by", .string(erasure.by)),
                .init("uid_hash", .string(keys.hash(of: erasure.uid))),
                .init(
                    "journal",
                    [
                        "segments": .int(Int64(erasure.segments)), "records": .int(Int64(erasure.records)),
                        "bytes": .uint(erasure.bytes), "torn_files": .int(Int64(erasure.tornFiles)),
                        "unreadable_records": .int(Int64(erasure.unreadableRecords)),
                        "damaged_bytes": .uint(erasure.damagedBytes),
                    ]
                ),
                .init("store", .object(rows)),
                .init("exports", .array(erasure.exports.map(\.json))),
                .init("program", .string("footprint \(version)")),
            ],
            by: keys
        )
    }

    // MARK: - Looking only

    /// What an order would erase now: counts by place, and the exports that may hold some of it. Changes nothing.
    package func preview(_ person: Person) async throws(PrivacyError) -> JSONValue {
        do {
            let inStore = PersonInStore(person: person, store: store)
            var segments: Set<UInt64> = []
            var (records, bytes) = (0, 0)
            try journal.walk(before: journal.durableEnd) { piece in
                piece.bytes.withUnsafeBytes { buffer in
                    for record in piece.records {
                        let match = person.match(
                            record.kind,
                            UnsafeRawBufferPointer(rebasing: buffer[record.payload])
                        )
                        guard match.arrivalMicroseconds != nil else { continue }
                        segments.insert(piece.segment)
                        records += 1
                        bytes += record.payload.count
                    }
                }
            }
            let refused = try await inStore.refusedArrivals()
            var rows: [JSONValue.Member] = []
            for table in PersonInStore.Table.allCases {
                rows.append(.init(table.rawValue, .int(Int64(try await inStore.count(table, refused: refused)))))
            }
            let times = try await inStore.times()
            let exports = try directory.exports.concerning(person, events: times.events, oldest: times.oldest)
            return [
                "dry_run": true,
                "journal": [
                    "segments": .int(Int64(segments.count)), "records": .int(Int64(records)),
                    "bytes": .int(Int64(bytes)),
                ],
                "store": .object(rows),
                "exports": .array(exports.map(\.json)),
            ]
        } catch {
            throw PrivacyError(error)
        }
    }
}

extension PrivacyError {
    /// What was thrown on the way, as one of ours.
    init(_ error: any Error) {
        self =
            switch error {
            case let error as PrivacyError: error
            case let error as StoreError: .store(error)
            case is CancellationError: .stopping
            default: .journal(reason: "\(error)")
            }
    }
}
