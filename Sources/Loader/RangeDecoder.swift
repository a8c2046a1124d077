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
                        let first = number
                        try append(report, segment: piece.segment, offset: record.offset, &number, &left)
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
                journalOffset: offset
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
            journalOffset: offset
        )
    }
}
