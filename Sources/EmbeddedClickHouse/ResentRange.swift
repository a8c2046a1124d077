internal import EventStore

/// What of a range the store has already, told by the rows themselves.
///
/// The engine recognises a range that is sent again by its token, and remembers tokens in a file that it does not
/// sync. After a power cut the rows of the last insert can be on the disk and its token not: then the loader, whose
/// checkpoint did not get that far either, sends the range again, and only the rows can tell. So the first inserts
/// into a store that held events when it was opened ask once more. (`kill -9` loses no token: what was written stays
/// in the page cache.)
enum ResentRange {
    /// How many inserts after opening ask. The loader sends at most one range again; the others cost a millisecond.
    static let suspiciousInserts = 4

    /// The rows of `batch` that the store does not have: all, or those of the months that are missing.
    static func missing(of batch: EventBatch, in store: EngineConnection) throws(EngineError) -> EventBatch {
        let witnesses = RangeWitnesses(batch)
        let answer = try store.query(witnesses.question.text) { stream throws(EngineError) in try Answer.read(&stream) }
        let rows = witnesses.missing(answer)
        if rows.count == batch.count { return batch }
        var missing = EventBatch()
        for row in rows { missing.append(row: row, of: batch) }
        return missing
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
        clientAddress.append(other.clientAddress[row])
        isLate.append(other.isLate[row])
        finishRow()
    }
}
