import EventStore

/// One event as a test writes it; what it leaves out is absent.
struct StoredEvent: Sendable {
    var time: Int64
    var uid = "u1"
    /// Unix microseconds; by default right at the event's time.
    var arrival: Int64?
    var item: Int64 = 0
    var operation: UInt32? = 10000
    var page: UInt32?
    var position: UInt32?
    var previous: UInt32?
    var channel: UInt32?
    var device: UInt32?
    var business: UInt32?
    var duration: UInt64?
    var trace: String?
    var openid = "o1"
    var app = "app1"
    var isTimeGiven = true

    /// (event_time, arrival, item_index), the order of events.
    var order: (Int64, Int64, Int64) { (time, arrival ?? time * 1_000_000, item) }

    /// Page views of ``Dataset/plan``.
    var isView: Bool { operation == 10000 || operation == 11000 }
}

extension EventBatch {
    init(_ events: [StoredEvent]) {
        self.init()
        for event in events {
            eventTime.append(UInt32(event.time))
            eventTimeGiven.append(event.isTimeGiven ? 1 : 0)
            arrivalMicroseconds.append(UInt64(event.order.1))
            itemIndex.append(UInt16(event.item))
            app.append(event.app.utf8)
            uid.append(event.uid.utf8)
            openid.append(event.openid.utf8)
            deviceType.append(event.device)
            businessType.append(event.business)
            channel.append(event.channel)
            operateID.append(event.operation)
            pageID.append(event.page)
            posID.append(event.position)
            prevID.append(event.previous)
            traceID.append(event.trace?.utf8)
            durationSeconds.append(event.duration)
            planVersion.append(1)
            identityHigh.append(0)
            identityLow.append(0)
            journalSegment.append(1)
            journalOffset.append(UInt64(count))
            clientAddress.append("".utf8)
            isLate.append(event.order.1 > (event.time + Int64(Self.lateSeconds)) * 1_000_000 ? 1 : 0)
            finishRow()
        }
    }
}
