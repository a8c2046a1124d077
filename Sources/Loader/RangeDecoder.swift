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
    /// Records whose checksum is right and whose bytes this version cannot read.
    private(set) var unreadable: [(offset: UInt64, reason: StoredReport.Unreadable)] = []
    private var seen: Set<EventIdentity> = []

    /// - Parameter leavingOut: numbers of events that a former cut of the same piece found to be repeats, ascending.
    init(_ piece: JournalReader.Piece, leavingOut: [Int] = []) {
        var left = leavingOut[...]
        var number = 0
        piece.bytes.withUnsafeBytes { bytes in
            for record in piece.records where record.kind == .report {
                do throws(StoredReport.Unreadable) {
                    let report = try StoredReport(UnsafeRawBufferPointer(rebasing: bytes[record.payload]))
                    try append(report, segment: piece.segment, offset: record.offset, &number, &left)
                } catch {
                    unreadable.append((record.offset, error))
                }
            }
        }
    }

    private mutating func append(
        _ report: StoredReport,
        segment: UInt64,
        offset: UInt64,
        _ number: inout Int,
        _ leftOut: inout ArraySlice<Int>
    ) throws(StoredReport.Unreadable) {
        var occurrences: [EventIdentity: UInt64] = [:]
        var items: [StoredReport.Item] = []
        items.reserveCapacity(report.itemCount)
        try report.forEachItem { _, item in items.append(item) }
        let arrivalSeconds = UInt32(clamping: report.arrivalMicroseconds / 1_000_000)
        for (index, item) in items.enumerated() {
            var identity: EventIdentity?
            if report.mayBeRepeated {
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
            batch.eventTime.append(item.eventTime ?? arrivalSeconds)
            batch.eventTimeGiven.append(item.eventTime == nil ? 0 : 1)
            batch.arrivalMicroseconds.append(report.arrivalMicroseconds)
            batch.itemIndex.append(UInt16(truncatingIfNeeded: index))
            batch.app.append(report.app)
            batch.uid.append(report.uid)
            batch.openid.append(report.openid)
            batch.deviceType.append(report.deviceType)
            batch.businessType.append(report.businessType)
            batch.channel.append(item.channel)
            batch.operateID.append(item.operateID)
            batch.pageID.append(item.pageID)
            batch.posID.append(item.posID)
            batch.prevID.append(item.prevID)
            batch.traceID.append(item.traceID)
            batch.durationSeconds.append(item.durationSeconds)
            batch.planVersion.append(report.planVersion)
            batch.identityHigh.append(identity?.high ?? 0)
            batch.identityLow.append(identity?.low ?? 0)
            batch.journalSegment.append(segment)
            batch.journalOffset.append(offset)
            batch.finishRow()
        }
    }
}
