package import Reports

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
    /// Empty where it is not kept.
    package var clientAddress = StringColumn()
    /// 1 where the event arrived more than ``lateSeconds`` after it happened.
    package var isLate: [UInt8] = []

    /// Later than this is late: figures of that hour had been looked at.
    package static let lateSeconds: UInt64 = 3_600

    package init() {}

    /// Appends one event, as it lies in the journal, to every column; `app` to `traceID` are copied. Not generic, because
    /// the columns' own appends are, and only this module has them in the form that is made for their types.
    package mutating func append(
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
        identity: EventIdentity?,
        journalSegment: UInt64,
        journalOffset: UInt64,
        clientAddress: UnsafeRawBufferPointer? = nil
    ) {
        self.eventTime.append(eventTime)
        self.eventTimeGiven.append(isEventTimeGiven ? 1 : 0)
        self.arrivalMicroseconds.append(arrivalMicroseconds)
        self.itemIndex.append(itemIndex)
        self.app.append(app)
        self.uid.append(uid)
        self.openid.append(openid)
        self.deviceType.append(deviceType)
        self.businessType.append(businessType)
        self.channel.append(channel)
        self.operateID.append(operateID)
        self.pageID.append(pageID)
        self.posID.append(posID)
        self.prevID.append(prevID)
        self.traceID.append(traceID)
        self.durationSeconds.append(durationSeconds)
        self.planVersion.append(planVersion)
        self.identityHigh.append(identity?.high ?? 0)
        self.identityLow.append(identity?.low ?? 0)
        self.journalSegment.append(journalSegment)
        self.journalOffset.append(journalOffset)
        self.clientAddress.append(clientAddress ?? UnsafeRawBufferPointer(start: nil, count: 0))
        let lateFrom = (UInt64(eventTime) + Self.lateSeconds) * 1_000_000
        isLate.append(arrivalMicroseconds > lateFrom ? 1 : 0)
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
