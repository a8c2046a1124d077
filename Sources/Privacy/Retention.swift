package import EventStore
package import Journal
import Loader
package import Logging
import Reports
import Synchronization

/// Lets go what is older than it may be kept: nothing of a day (UTC) is left once so many whole days have passed since.
///
/// Whole months go as partitions, which costs nothing. Of the month that the limit falls into, and of what is not kept
/// by month, rows go by a mutation, at most once a day. An event that arrives when it is too old already goes with the
/// next of these.
package actor Retention {
    private let days: Int
    private let store: any EventStore
    private let journal: Journal
    private let loaded: LoadedMark
    private let counters: PrivacyCounters
    private let logger: Logger
    private let nowSeconds: @Sendable () -> Int64
    private let executor = ThreadExecutor(name: "retention") {}
    /// The limit that rows were last deleted by.
    private var mutatedBy: Int64?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private static let secondsOfDay: Int64 = 86_400
    private static let betweenRunsSeconds = 3_600
    private static let afterTroubleSeconds = 60

    /// - Parameter days: at least 1.
    package init(
        days: Int,
        store: any EventStore,
        journal: Journal,
        loaded: LoadedMark,
        counters: PrivacyCounters,
        logger: Logger,
        nowSeconds: @escaping @Sendable () -> Int64
    ) {
        precondition(days >= 1)
        self.days = days
        self.store = store
        self.journal = journal
        self.loaded = loaded
        self.counters = counters
        self.logger = logger
        self.nowSeconds = nowSeconds
    }

    /// Once now, then every hour, until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            var wait = Self.betweenRunsSeconds
            do {
                try await letGo()
                counters.retentionWorks.store(true, ordering: .relaxed)
            } catch {
                counters.retentionWorks.store(false, ordering: .relaxed)
                logger.error(
                    "what is too old could not all be dropped, and will be tried again",
                    metadata: ["reason": "\(error)"]
                )
                wait = Self.afterTroubleSeconds
            }
            try? await Task.sleep(for: .seconds(wait))
        }
    }

    /// The first second that is kept.
    package nonisolated func limitSeconds(now: Int64) -> Int64 {
        now / Self.secondsOfDay * Self.secondsOfDay - Int64(days) * Self.secondsOfDay
    }

    /// Drops what is older than the limit of now. Safe to repeat.
    package func letGo() async throws {
        let limit = limitSeconds(now: nowSeconds())
        guard limit > 0 else { return }
        try await dropMonths(before: limit)
        if mutatedBy != limit {
            try await deleteRows(before: limit)
            try eraseInJournal(before: limit)
            mutatedBy = limit
        }
        let segments = try journal.removeSegments(before: try loaded.position(), modifiedBeforeSeconds: limit)
        if segments > 0 {
            counters.segmentsDropped.wrappingAdd(UInt64(segments), ordering: .relaxed)
            logger.notice("journal segments that are too old were removed", metadata: ["segments": "\(segments)"])
        }
    }

    // MARK: - The store

    private func dropMonths(before limit: Int64) async throws(StoreError) {
        let months = try await store.query(
            """
            SELECT toUInt32(toYYYYMM(event_time)) AS month, toUInt64(count()) FROM \(Schema.events) \
            WHERE toYYYYMM(event_time) < toYYYYMM(toDateTime(\(limit), 'UTC')) GROUP BY month ORDER BY month
            """,
            limits: PersonInStore.patient
        )
        for row in months.rows {
            guard row.count == 2, case .uint(let month) = row[0], case .uint(let events) = row[1] else {
                throw PersonInStore.unexpected
            }
            try await store.execute("ALTER TABLE \(Schema.events) DROP PARTITION \(month)")
            counters.eventsDropped.wrappingAdd(events, ordering: .relaxed)
            logger.notice(
                "a month that is too old was dropped",
                metadata: ["month": "\(month)", "events": "\(events)"]
            )
        }
    }

    private func deleteRows(before limit: Int64) async throws(StoreError) {
        let moment: SQL = "toDateTime(\(limit), 'UTC')"
        let arrival: SQL = "arrival < \(UInt64(limit) * 1_000_000)"
        let events = try await delete(Schema.events, "event_time < \(moment)")
        counters.eventsDropped.wrappingAdd(events, ordering: .relaxed)
        let refused = try await delete(Schema.quarantine, arrival)
        counters.refusedDropped.wrappingAdd(refused, ordering: .relaxed)
        var others: UInt64 = 0
        let rest: [(table: SQL, condition: SQL)] = [
            (Schema.replays, arrival), (Schema.sequences, arrival), (Schema.tallies, "time < \(moment)"),
        ]
        for (table, condition) in rest {
            others += try await delete(table, condition)
        }
        guard events + refused + others > 0 else { return }
        logger.notice(
            "rows that are too old are deleted",
            metadata: ["events": "\(events)", "refused_reports": "\(refused)", "others": "\(others)"]
        )
    }

    /// Returns how many rows the order concerns; the engine carries it out in the background.
    private func delete(_ table: SQL, _ condition: SQL) async throws(StoreError) -> UInt64 {
        let answer = try await store.query(
            "SELECT toUInt64(count()) FROM \(table) WHERE \(condition)",
            limits: PersonInStore.patient
        )
        guard case .uint(let rows)? = answer.rows.first?.first else { throw PersonInStore.unexpected }
        if rows > 0 { try await store.execute("ALTER TABLE \(table) DELETE WHERE \(condition)") }
        return rows
    }

    // MARK: - The journal

    /// Erases old records where they stand beside younger ones: the segment that is written to may reach back far,
    /// where little comes in.
    private func eraseInJournal(before limit: Int64) throws {
        let limitMicroseconds = UInt64(limit) * 1_000_000
        let end = try loaded.position()
        var reach = JournalPosition.start
        for segment in journal.segments where segment.number <= end.segment {
            guard let first = try firstArrival(in: segment.number, before: end) else { continue }
            guard first < limitMicroseconds else { break }
            reach = JournalPosition(segment: segment.number + 1, offset: 0)
        }
        var records = 0
        _ = try journal.erase(before: min(reach, end)) { kind, payload in
            guard let arrival = Self.arrival(kind, payload) else { return false }
            return arrival < limitMicroseconds
        } willErase: {
            records += $0.records
        }
        guard records > 0 else { return }
        logger.notice("journal records that are too old were erased", metadata: ["records": "\(records)"])
    }

    /// nil where the segment holds nothing more to read.
    private func firstArrival(in segment: UInt64, before end: JournalPosition) throws -> UInt64? {
        var first: UInt64?
        var reader = journal.reader(from: JournalPosition(segment: segment, offset: 0))
        while first == nil, let piece = try reader.next(sizeBytes: 64 << 10), piece.segment == segment {
            first = piece.bytes.withUnsafeBytes { bytes in
                for record in piece.records {
                    let payload = UnsafeRawBufferPointer(rebasing: bytes[record.payload])
                    if let arrival = Self.arrival(record.kind, payload) { return arrival }
                }
                return nil
            }
        }
        return first
    }

    private static func arrival(_ kind: RecordKind, _ payload: UnsafeRawBufferPointer) -> UInt64? {
        switch kind {
        case .report, .replay: try? StoredReport(payload).arrivalMicroseconds
        case .refused: try? RefusedReport(payload).arrivalMicroseconds
        }
    }
}
