import EventStore
import Reports

/// Looks for one id: in the store's two tables, and at what was found in the journal.
struct WhereLook {
    let asked: Asked
    let sought: SoughtID
    let zone: Zone

    // MARK: - The store

    /// Events with the id, newest arrivals first; one more than an answer lists, where there are more.
    func loaded() async throws(QuestionError) -> [WhereEntry] {
        let condition: SQL =
            switch sought.field {
            case .uid: "uid = \(sought.text)"
            case .traceID: "ifNull(trace_id = \(sought.text), 0)"
            }
        let sql: SQL = """
            SELECT arrival, item_index, app, uid, trace_id, toInt64(event_time), event_time_given, operate_id, \
            plan_version, identity_high, identity_low, journal_segment, journal_offset \
            FROM \(Schema.events) WHERE \(condition) AND \(try asked.arrivalPeriod()) \
            ORDER BY arrival DESC, item_index DESC LIMIT \(Where.entriesAtMost + 1)
            """
        return try await asked.rows(sql) { row throws(QuestionError) -> WhereEntry in
            let (arrival, item, app) = (try row.integer(), try row.integer(), try row.string())
            var event = WhereEntry.Event(
                uid: try row.string(),
                traceID: try row.optionalString(),
                eventTime: try row.integer(),
                isTimeGiven: try row.integer() == 1,
                operateID: try row.optionalInteger()
            )
            let plan = try row.integer()
            event.identity = Self.identity(high: try row.optionalUnsigned() ?? 0, low: try row.optionalUnsigned() ?? 0)
            return WhereEntry(
                stage: .loaded,
                arrival: arrival,
                itemIndex: item,
                app: app,
                planVersion: plan,
                segment: try row.optionalUnsigned() ?? 0,
                offset: try row.optionalUnsigned() ?? 0,
                about: .event(event)
            )
        }
    }

    private static let pageRows = 64
    /// 2,048 bodies of up to 256 KiB, one page at a time.
    private static let pagesAtMost = 32

    /// Refused reports of the quarantine that mention the id, newest first.
    func refused() async throws(QuestionError) -> (entries: [WhereEntry], isMore: Bool) {
        var entries: [WhereEntry] = []
        var before = UInt64.max
        let columns: [SQL] = [
            "arrival", "app", "code", "detail", "body", "replayed", "plan_version", "journal_segment", "journal_offset",
        ]
        for _ in 0..<Self.pagesAtMost {
            // The engine finds bodies that may mention it; with a backslash, that may be in other letters. The body
            // itself is then read.
            let sql: SQL = """
                SELECT \(.joined(columns, separator: ", ")) FROM \(perShard: """
                    SELECT arrival, app, code, detail, body, arrival IN (SELECT arrival FROM \(Schema.replays)) AS replayed, \
                    plan_version, journal_segment, journal_offset FROM \(Schema.quarantine) \
                    WHERE arrival < \(before) AND \(try asked.arrivalPeriod()) \
                    AND (position(body, \(sought.text)) > 0 OR position(body, '\\\\') > 0) \
                    ORDER BY arrival DESC LIMIT 1 BY arrival LIMIT \(Self.pageRows)
                    """, columns: columns) ORDER BY arrival DESC LIMIT \(Self.pageRows)
                """
            let page = try await asked.rows(sql) { row throws(QuestionError) -> (entry: WhereEntry, mentions: Bool) in
                let (arrival, app) = (try row.integer(), try row.string())
                let (code, detail, body) = (try row.string(), try row.string(), try row.string())
                let isReplayed = try row.integer() != 0
                let entry = WhereEntry(
                    stage: .refused,
                    arrival: arrival,
                    app: app,
                    planVersion: try row.integer(),
                    segment: try row.optionalUnsigned() ?? 0,
                    offset: try row.optionalUnsigned() ?? 0,
                    about: .refusal(
                        .init(code: code, detail: detail, isReplayed: isReplayed, isInQuarantine: true)
                    )
                )
                return (entry, Array(body.utf8).withUnsafeBytes { sought.isMentioned(in: $0) })
            }
            entries += page.filter(\.mentions).map(\.entry)
            guard page.count == Self.pageRows, let last = page.last else { return (entries, false) }
            // One more than is listed: then it is known that there are more.
            guard entries.count <= Where.entriesAtMost else { return (entries, false) }
            before = UInt64(last.entry.arrival)
        }
        return (entries, true)
    }

    // MARK: - Together

    /// Everything, once each, with what follows from the rest: the day, the notes, the copies.
    func merge(
        loaded: [WhereEntry],
        refused: [WhereEntry],
        findings: JournalFindings?,
        arrived: Range<Int64>?
    ) -> [WhereEntry] {
        let events = (findings?.events ?? []).flatMap { batch in
            (0..<batch.count).compactMap { journaled(batch, $0) }
        }
        let copies = copies(of: loaded, and: events)
        let known = Set(loaded.map(Place.init))
        var waiting = events.filter { entry in
            !(findings?.isLoaded(segment: entry.segment, offset: entry.offset) ?? true) && !known.contains(Place(entry))
        }
        // The first of several that wait is the one that will count.
        var counted = Set(loaded.compactMap { $0.event?.identity })
        waiting = waiting.map { entry in
            guard let identity = entry.event?.identity, !counted.insert(identity).inserted else {
                return noted(entry)
            }
            return noted(entry, copies: 2)
        }
        let inQuarantine = Set(refused.map(\.arrival))
        let refusedWaiting = (findings?.refused ?? []).flatMap { batch in
            (0..<batch.count).map { self.refused(batch, $0) }
        }.filter { !inQuarantine.contains($0.arrival) }
        let fromJournal =
            (waiting
            + refusedWaiting.filter { entry in
                !(findings?.isLoaded(segment: entry.segment, offset: entry.offset) ?? true)
            }).filter { entry in arrived?.contains(entry.arrival / 1_000_000) ?? true }
        return loaded.map { noted($0, copies: $0.event?.identity.flatMap { copies[$0] } ?? 1) } + refused + fromJournal
    }

    /// Where an event lies.
    private struct Place: Hashable {
        var segment: UInt64
        var offset: UInt64
        var item: Int64

        init(_ entry: WhereEntry) {
            (segment, offset, item) = (entry.segment, entry.offset, entry.itemIndex)
        }
    }

    /// How many records there are of each event that can be recognised: its own, and what else the journal holds.
    private func copies(of loaded: [WhereEntry], and events: [WhereEntry]) -> [EventIdentity: Int] {
        var places: [EventIdentity: Set<Place>] = [:]
        for entry in loaded + events {
            if let identity = entry.event?.identity { places[identity, default: []].insert(Place(entry)) }
        }
        return places.mapValues(\.count)
    }

    /// nil where the row is another event of the same report.
    private func journaled(_ batch: EventBatch, _ row: Int) -> WhereEntry? {
        let trace = batch.traceID[row].map { String(decoding: $0, as: UTF8.self) }
        guard sought.field == .uid || trace == sought.text else { return nil }
        return WhereEntry(
            stage: .journaled,
            arrival: Int64(clamping: batch.arrivalMicroseconds[row]),
            itemIndex: Int64(batch.itemIndex[row]),
            app: String(decoding: batch.app[row], as: UTF8.self),
            planVersion: Int64(batch.planVersion[row]),
            segment: batch.journalSegment[row],
            offset: batch.journalOffset[row],
            about: .event(
                .init(
                    uid: String(decoding: batch.uid[row], as: UTF8.self),
                    traceID: trace,
                    eventTime: Int64(batch.eventTime[row]),
                    isTimeGiven: batch.eventTimeGiven[row] == 1,
                    operateID: batch.operateID[row].map(Int64.init),
                    identity: Self.identity(high: batch.identityHigh[row], low: batch.identityLow[row])
                )
            )
        )
    }

    private func refused(_ batch: RefusedBatch, _ row: Int) -> WhereEntry {
        WhereEntry(
            stage: .refused,
            arrival: Int64(clamping: batch.arrivalMicroseconds[row]),
            app: String(decoding: batch.app[row], as: UTF8.self),
            planVersion: Int64(batch.planVersion[row]),
            segment: batch.journalSegment[row],
            offset: batch.journalOffset[row],
            about: .refusal(
                .init(
                    code: String(decoding: batch.code[row], as: UTF8.self),
                    detail: String(decoding: batch.detail[row], as: UTF8.self),
                    isReplayed: false,
                    isInQuarantine: false
                )
            )
        )
    }

    private static func identity(high: UInt64, low: UInt64) -> EventIdentity? {
        high == 0 && low == 0 ? nil : EventIdentity(high: high, low: low)
    }

    /// The entry with its day and what hides it.
    private func noted(_ entry: WhereEntry, copies: Int = 1) -> WhereEntry {
        guard var event = entry.event else { return entry }
        let (day, arrivalDay) = (zone.day(of: event.eventTime), zone.day(of: entry.arrival / 1_000_000))
        event.day = CivilDate(dayNumber: day).text
        event.arrivalDay = CivilDate(dayNumber: arrivalDay).text
        event.isPageView =
            event.operateID.flatMap(UInt32.init(exactly:)).map(asked.plan.pageViewOperations.contains) ?? false
        event.copies = copies
        let today = zone.day(of: asked.nowSeconds)
        let holds: [(WhereEntry.Note, Bool)] = [
            (.notPageView, !event.isPageView),
            (.earlierDay, day < arrivalDay),
            (.laterDay, day > arrivalDay),
            (.outsideWeek, !(today - 6...today).contains(day)),
            (.sentAgain, copies > 1),
        ]
        event.notes = holds.filter(\.1).map(\.0)
        var noted = entry
        noted.about = .event(event)
        return noted
    }
}
