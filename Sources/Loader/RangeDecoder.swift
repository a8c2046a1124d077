import EventStore
import Journal
import Reports

/// Turns a piece of the journal into columns.
struct RangeDecoder {
    /// Every event of the piece, repeats included.
    private(set) var batch = EventBatch()
    /// Identities in the order of the events; nil for events that are never taken for repeats.
    private(set) var identities: [EventIdentity?] = []
    /// Events that stood before in the same piece with the same identity.
    private(set) var repeatsWithin: [Int] = []
    /// Refused reports of the piece.
    private(set) var refused = RefusedBatch()
    /// Replayed reports: what names each, and the numbers of its events.
    private(set) var replays: [(arrival: UInt64, numbers: Range<Int>)] = []
    /// Records whose checksum is right and whose bytes this version cannot read.
    private(set) var unreadable: [(offset: UInt64, reason: StoredReport.Unreadable)] = []
    /// When the newest record of the piece arrived, Unix seconds.
    private(set) var newestArrivalSeconds: Int64 = 0
    /// How what was loaded came.
    private(set) var tallies = TallyBatch()
    private(set) var sequences = SequenceBatch()
    private let keepsBodies: Bool
    private var seen: Set<EventIdentity> = []
    // Of the report at hand; kept for their memory.
    private var occurrences: [EventIdentity: UInt64] = [:]
    private var items: [StoredReport.Item] = []

    /// - Parameters:
    ///   - leavingOut: numbers of events that a former cut of the same piece found to be repeats, ascending.
    ///   - keepsBodies: false leaves the bodies of refused reports out.
    init(_ piece: JournalReader.Piece, leavingOut: [Int] = [], keepsBodies: Bool = true) {
        self.keepsBodies = keepsBodies
        var left = leavingOut[...]
        var number = 0
        piece.bytes.withUnsafeBytes { bytes in
            for record in piece.records {
                let payload = UnsafeRawBufferPointer(rebasing: bytes[record.payload])
                do throws(StoredReport.Unreadable) {
                    switch record.kind {
                    case .report, .replay:
                        let report = try StoredReport(payload)
                        if record.kind == .report { noteArrival(report.arrivalMicroseconds) }
                        let first = number
                        let before = batch.count
                        try append(report, segment: piece.segment, offset: record.offset, &number, &left)
                        let stored = batch.count - before
                        count(report, isReplay: record.kind == .replay, stored: stored, of: number - first)
                        if record.kind == .replay { replays.append((report.arrivalMicroseconds, first..<number)) }
                    case .refused:
                        append(try RefusedReport(payload), segment: piece.segment, offset: record.offset)
                    }
                } catch {
                    unreadable.append((record.offset, error))
                }
            }
        }
    }

    /// Where the piece must end for no more than `limit` events (or one report): the offset of the first record that
    /// is too much; nil where all of it may stay.
    static func end(of piece: JournalReader.Piece, afterEvents limit: Int) -> UInt64? {
        piece.bytes.withUnsafeBytes { bytes in
            var events = 0
            for record in piece.records where record.kind != .refused {
                guard let report = try? StoredReport(UnsafeRawBufferPointer(rebasing: bytes[record.payload])) else {
                    continue
                }
                if events > 0, events + report.itemCount > limit { return record.offset }
                events += report.itemCount
            }
            return nil
        }
    }

    private mutating func append(
        _ report: StoredReport,
        segment: UInt64,
        offset: UInt64,
        _ number: inout Int,
        _ leftOut: inout ArraySlice<Int>
    ) throws(StoredReport.Unreadable) {
        occurrences.removeAll(keepingCapacity: true)
        items.removeAll(keepingCapacity: true)
        try report.forEachItem { _, item in items.append(item) }
        let arrivalSeconds = UInt32(clamping: report.arrivalMicroseconds / 1_000_000)
        for (index, item) in items.enumerated() {
            var identity: EventIdentity?
            if let key = report.idempotencyKey {
                identity = EventIdentity(app: report.app, key: key, itemIndex: index)
            } else if report.mayBeRepeated {
                let first = EventIdentity(sender: report.senderEncoding, event: item.encoding, occurrence: 0)
                let earlier = items.count == 1 ? 0 : occurrences[first, default: 0]
                if items.count > 1 { occurrences[first] = earlier + 1 }
                identity =
                    earlier == 0
                    ? first
                    : EventIdentity(sender: report.senderEncoding, event: item.encoding, occurrence: earlier)
            }
            if leftOut.first == number {
                leftOut.removeFirst()
                number += 1
                continue
            }
            if let identity, !seen.insert(identity).inserted { repeatsWithin.append(number) }
            identities.append(identity)
            number += 1
            batch.append(
                eventTime: item.eventTime ?? arrivalSeconds,
                isEventTimeGiven: item.eventTime != nil,
                arrivalMicroseconds: report.arrivalMicroseconds,
                itemIndex: UInt16(truncatingIfNeeded: index),
                app: report.app,
                uid: report.uid,
                openid: report.openid,
                deviceType: report.deviceType,
                businessType: report.businessType,
                channel: item.channel,
                operateID: item.operateID,
                pageID: item.pageID,
                posID: item.posID,
                prevID: item.prevID,
                traceID: item.traceID,
                durationSeconds: item.durationSeconds,
                planVersion: report.planVersion,
                identity: identity,
                journalSegment: segment,
                journalOffset: offset,
                clientAddress: report.delivery.address
            )
        }
    }

    private mutating func append(_ report: RefusedReport, segment: UInt64, offset: UInt64) {
        refused.append(
            arrivalMicroseconds: report.arrivalMicroseconds,
            app: report.app,
            code: report.code,
            detail: report.detail,
            idempotencyKey: report.idempotencyKey,
            body: keepsBodies ? report.body : UnsafeRawBufferPointer(start: nil, count: 0),
            bodyBytes: UInt32(clamping: report.bodyBytes),
            planVersion: report.planVersion,
            journalSegment: segment,
            journalOffset: offset,
            clientAddress: report.delivery.address
        )
        noteArrival(report.arrivalMicroseconds)
        count(report)
    }

    private mutating func noteArrival(_ microseconds: UInt64) {
        newestArrivalSeconds = max(newestArrivalSeconds, Int64(clamping: microseconds / 1_000_000))
    }

    // MARK: - How it came

    private mutating func count(_ report: StoredReport, isReplay: Bool, stored: Int, of events: Int) {
        func tally(_ kind: TallyBatch.Kind, name: String = "", reports: UInt64, events: Int) {
            tallies.add(
                kind,
                name: name,
                app: report.app,
                arrivalMicroseconds: report.arrivalMicroseconds,
                reports: reports,
                events: UInt64(events)
            )
        }
        let isRepeat = stored == 0
        guard !isReplay else {
            // It was counted when it came, as refused.
            if !isRepeat { tally(.replayed, reports: 1, events: stored) }
            return
        }
        if !isRepeat { tally(.stored, reports: 1, events: stored) }
        if stored < events { tally(.repeated, reports: isRepeat ? 1 : 0, events: events - stored) }
        for field in report.unknownFields { tally(.unknownField, name: field.path, reports: 1, events: events) }
        if let agent = report.delivery.agent { tally(.agent, name: agent.name, reports: 1, events: events) }
        guard let sequence = report.delivery.sequence else { return }
        sequences.append(
            arrivalMicroseconds: report.arrivalMicroseconds,
            app: report.app,
            install: sequence.install,
            number: sequence.number,
            outcome: isRepeat ? .repeated : .stored,
            uid: report.uid,
            sentMilliseconds: report.delivery.sentMilliseconds
        )
    }

    private mutating func count(_ report: RefusedReport) {
        let (app, arrival) = (report.app, report.arrivalMicroseconds)
        let code = String(decoding: report.code, as: UTF8.self)
        tallies.add(.refused, name: code, app: app, arrivalMicroseconds: arrival, reports: 1, events: 0)
        if let agent = report.delivery.agent {
            tallies.add(.agent, name: agent.name, app: app, arrivalMicroseconds: arrival, reports: 1, events: 0)
        }
        guard let sequence = report.delivery.sequence else { return }
        sequences.append(
            arrivalMicroseconds: arrival,
            app: app,
            install: sequence.install,
            number: sequence.number,
            outcome: .refused,
            uid: UnsafeRawBufferPointer(start: nil, count: 0),
            sentMilliseconds: report.delivery.sentMilliseconds
        )
    }
}
