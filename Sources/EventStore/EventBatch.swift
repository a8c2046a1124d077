/// Events as columns, in the layout both engines take without a copy: Arrow for the embedded one, rows or columns
/// for a server. Row `i` of every column belongs to the same event.
///
/// A batch holds one range of the journal, in journal order. Absent is not zero: see ``OptionalColumn``.
package struct EventBatch: Sendable {
    package private(set) var count = 0

    /// When the event happened, Unix seconds: the reported `event_time`, or the arrival where none was reported.
    package var eventTime: [UInt32] = []
    /// 1 where the report carried `event_time`, 0 where the arrival stands in for it.
    package var eventTimeGiven: [UInt8] = []
    /// When the report arrived, Unix microseconds; never the same for two reports of one journal.
    package var arrivalMicroseconds: [UInt64] = []
    /// Position of the item in its report, from 0.
    package var itemIndex: [UInt16] = []
    package var app = StringColumn()
    package var uid = StringColumn()
    package var openid = StringColumn()
    package var deviceType = OptionalColumn<UInt32>()
    package var businessType = OptionalColumn<UInt32>()
    package var channel = OptionalColumn<UInt32>()
    package var operateID = OptionalColumn<UInt32>()
    package var pageID = OptionalColumn<UInt32>()
    package var posID = OptionalColumn<UInt32>()
    package var prevID = OptionalColumn<UInt32>()
    package var traceID = OptionalStringColumn()
    /// Time stayed, seconds.
    package var durationSeconds = OptionalColumn<UInt64>()
    /// Version of the tracking plan the event was checked by.
    package var planVersion: [UInt32] = []
    /// 128-bit identity of an event that may be recognised as a repeat; both halves 0 where the event never is.
    package var identityHigh: [UInt64] = []
    package var identityLow: [UInt64] = []
    /// Where the journal holds the report: segment number and byte offset of its record.
    package var journalSegment: [UInt64] = []
    package var journalOffset: [UInt64] = []

    package init() {}

    /// One event, as it lies in the journal: what it refers to is borrowed for the length of the call.
    package struct Row {
        package var eventTime: UInt32
        package var isEventTimeGiven: Bool
        package var arrivalMicroseconds: UInt64
        package var itemIndex: UInt16
        package var app: UnsafeRawBufferPointer
        package var uid: UnsafeRawBufferPointer
        package var openid: UnsafeRawBufferPointer
        package var deviceType: UInt32?
        package var businessType: UInt32?
        package var channel: UInt32?
        package var operateID: UInt32?
        package var pageID: UInt32?
        package var posID: UInt32?
        package var prevID: UInt32?
        package var traceID: UnsafeRawBufferPointer?
        package var durationSeconds: UInt64?
        package var planVersion: UInt32
        package var identityHigh: UInt64
        package var identityLow: UInt64
        package var journalSegment: UInt64
        package var journalOffset: UInt64

        package init(
            eventTime: UInt32,
            isEventTimeGiven: Bool,
            arrivalMicroseconds: UInt64,
            itemIndex: UInt16,
            app: UnsafeRawBufferPointer,
            uid: UnsafeRawBufferPointer,
            openid: UnsafeRawBufferPointer,
            deviceType: UInt32?,
            businessType: UInt32?,
            channel: UInt32?,
            operateID: UInt32?,
            pageID: UInt32?,
            posID: UInt32?,
            prevID: UInt32?,
            traceID: UnsafeRawBufferPointer?,
            durationSeconds: UInt64?,
            planVersion: UInt32,
            identityHigh: UInt64,
            identityLow: UInt64,
            journalSegment: UInt64,
            journalOffset: UInt64
        ) {
            self.eventTime = eventTime
            self.isEventTimeGiven = isEventTimeGiven
            self.arrivalMicroseconds = arrivalMicroseconds
            self.itemIndex = itemIndex
            self.app = app
            self.uid = uid
            self.openid = openid
            self.deviceType = deviceType
            self.businessType = businessType
            self.channel = channel
            self.operateID = operateID
            self.pageID = pageID
            self.posID = posID
            self.prevID = prevID
            self.traceID = traceID
            self.durationSeconds = durationSeconds
            self.planVersion = planVersion
            self.identityHigh = identityHigh
            self.identityLow = identityLow
            self.journalSegment = journalSegment
            self.journalOffset = journalOffset
        }
    }

    /// Appends a row to every column. Not generic, because the columns' own appends are, and only this module has
    /// them in the form that is made for their types.
    package mutating func append(_ row: Row) {
        eventTime.append(row.eventTime)
        eventTimeGiven.append(row.isEventTimeGiven ? 1 : 0)
        arrivalMicroseconds.append(row.arrivalMicroseconds)
        itemIndex.append(row.itemIndex)
        app.append(row.app)
        uid.append(row.uid)
        openid.append(row.openid)
        deviceType.append(row.deviceType)
        businessType.append(row.businessType)
        channel.append(row.channel)
        operateID.append(row.operateID)
        pageID.append(row.pageID)
        posID.append(row.posID)
        prevID.append(row.prevID)
        traceID.append(row.traceID)
        durationSeconds.append(row.durationSeconds)
        planVersion.append(row.planVersion)
        identityHigh.append(row.identityHigh)
        identityLow.append(row.identityLow)
        journalSegment.append(row.journalSegment)
        journalOffset.append(row.journalOffset)
        finishRow()
    }

    /// Says that one more row was appended to every column.
    package mutating func finishRow() {
        count += 1
        assert(eventTime.count == count && uid.count == count && durationSeconds.count == count)
    }
}

/// Strings end to end with the offset each begins at: `offsets.count == count + 1`, as Arrow's utf8 layout.
package struct StringColumn: Sendable {
    package private(set) var offsets: [Int32] = [0]
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package var count: Int { offsets.count - 1 }

    package mutating func append(_ value: some Sequence<UInt8>) {
        bytes.append(contentsOf: value)
        offsets.append(Int32(bytes.count))
    }

    mutating func append(_ value: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: value)
        offsets.append(Int32(bytes.count))
    }

    package subscript(row: Int) -> ArraySlice<UInt8> {
        bytes[Int(offsets[row])..<Int(offsets[row + 1])]
    }
}

/// Fixed-width values with a validity bitmap (bit set: present; least significant bit first), as Arrow's layout.
/// An absent value holds 0 in `values`, which nobody reads.
package struct OptionalColumn<Value: FixedWidthInteger & Sendable>: Sendable {
    package private(set) var values: [Value] = []
    package private(set) var validity: [UInt8] = []
    package private(set) var nullCount = 0

    package init() {}

    package var count: Int { values.count }

    package mutating func append(_ value: Value?) {
        let row = values.count
        if row & 7 == 0 { validity.append(0) }
        if let value {
            values.append(value)
            validity[row >> 3] |= 1 << UInt8(row & 7)
        } else {
            values.append(0)
            nullCount += 1
        }
    }

    package subscript(row: Int) -> Value? {
        validity[row >> 3] & (1 << UInt8(row & 7)) != 0 ? values[row] : nil
    }
}

/// Strings that may be absent; an absent one takes no bytes.
package struct OptionalStringColumn: Sendable {
    package private(set) var strings = StringColumn()
    package private(set) var validity: [UInt8] = []
    package private(set) var nullCount = 0

    package init() {}

    package var count: Int { strings.count }

    package mutating func append(_ value: (some Sequence<UInt8>)?) {
        let row = strings.count
        if row & 7 == 0 { validity.append(0) }
        if let value {
            strings.append(value)
            validity[row >> 3] |= 1 << UInt8(row & 7)
        } else {
            strings.append(EmptyCollection<UInt8>())
            nullCount += 1
        }
    }

    package subscript(row: Int) -> ArraySlice<UInt8>? {
        validity[row >> 3] & (1 << UInt8(row & 7)) != 0 ? strings[row] : nil
    }
}
