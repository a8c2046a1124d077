internal import EventStore

/// What of a range the store has already, told by the rows themselves.
///
/// The engine recognises a range that is sent again by its token, and remembers tokens in a file that it does not
/// sync. After a power cut the rows of the last insert can be on the disk and its token not: then the loader, whose
/// checkpoint did not get that far either, sends the range again, and only the rows can tell. So the first inserts
/// into a store that held events when it was opened ask once more. (`kill -9` loses no token: what was written stays
/// in the page cache.)
///
/// A range's rows of one month are committed together, so that one witness a month speaks for all of them.
enum ResentRange {
    /// How many inserts after opening ask. The loader sends at most one range again; the others cost a millisecond.
    static let suspiciousInserts = 4

    /// The rows of `batch` that the store does not have: all, or those of the months that are missing.
    static func missing(of batch: EventBatch, in store: EngineConnection) throws(EngineError) -> EventBatch {
        let months = batch.eventTime.map(month)
        var witnesses: [Int: Int] = [:]
        for (row, month) in months.enumerated() where witnesses[month] == nil { witnesses[month] = row }

        let rows = witnesses.values.sorted()
        let positions = rows.map { row -> SQL in
            let record: SQL = "\(batch.journalSegment[row]), \(batch.journalOffset[row])"
            return "(\(record), \(batch.arrivalMicroseconds[row]), \(batch.itemIndex[row]))"
        }
        // Segments by themselves as well: for them there is an index.
        let question: SQL = """
            SELECT DISTINCT toUInt32(toYYYYMM(event_time)) FROM \(Schema.events) \
            WHERE journal_segment IN \(rows.map { batch.journalSegment[$0] }) \
            AND (journal_segment, journal_offset, arrival, item_index) IN (\(.joined(positions, separator: ",")))
            """
        let answer = try store.query(question.text) { stream throws(EngineError) in try Answer.read(&stream) }
        let present = Set(
            answer.rows.compactMap { row -> Int? in
                if case .uint(let month)? = row.first { Int(month) } else { nil }
            }
        )
        if present.isEmpty { return batch }
        var missing = EventBatch()
        for row in months.indices where !present.contains(months[row]) { missing.append(row: row, of: batch) }
        return missing
    }

    /// As the engine's `toYYYYMM`, in UTC.
    static func month(_ seconds: UInt32) -> Int {
        let date = CivilDate(days: Int64(seconds / 86_400))
        return Int(date.year) * 100 + Int(date.month)
    }
}

extension EventBatch {
    fileprivate mutating func append(row: Int, of other: EventBatch) {
        eventTime.append(other.eventTime[row])
        eventTimeGiven.append(other.eventTimeGiven[row])
        arrivalMicroseconds.append(other.arrivalMicroseconds[row])
        itemIndex.append(other.itemIndex[row])
        app.append(other.app[row])
        uid.append(other.uid[row])
        openid.append(other.openid[row])
        deviceType.append(other.deviceType[row])
        businessType.append(other.businessType[row])
        channel.append(other.channel[row])
        operateID.append(other.operateID[row])
        pageID.append(other.pageID[row])
        posID.append(other.posID[row])
        prevID.append(other.prevID[row])
        traceID.append(other.traceID[row])
        durationSeconds.append(other.durationSeconds[row])
        planVersion.append(other.planVersion[row])
        identityHigh.append(other.identityHigh[row])
        identityLow.append(other.identityLow[row])
        journalSegment.append(other.journalSegment[row])
        journalOffset.append(other.journalOffset[row])
        finishRow()
    }
}
