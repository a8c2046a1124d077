import EventStore

/// Gathers made-up events as the store takes them.
///
/// A class for its text buffers: the columns take text as raw bytes, which are written in place, without a string for
/// each event.
final class BulkRows {
    private(set) var batch = EventBatch()
    private let app: UnsafeMutableRawBufferPointer
    private let uid = UnsafeMutableRawBufferPointer.allocate(byteCount: 8, alignment: 1)
    private let openid = UnsafeMutableRawBufferPointer.allocate(byteCount: 21, alignment: 1)
    private let trace = UnsafeMutableRawBufferPointer.allocate(byteCount: 21, alignment: 1)
    private let planVersion: UInt32

    /// What one report's events share.
    struct Head {
        var deviceType: UInt32?
        var businessType: UInt32?
        var hasTrace: Bool
    }

    /// Of an event, what is its own.
    struct Item {
        var eventSeconds: UInt32
        var isTimeGiven: Bool
        var channel: UInt32?
        var operateID: UInt32
        var step: SessionWalk.Step
    }

    init(app: String, planVersion: UInt32) {
        self.planVersion = planVersion
        self.app = .allocate(byteCount: app.utf8.count, alignment: 1)
        self.app.copyBytes(from: app.utf8)
        openid.copyBytes(from: "oDemo".utf8)
        trace.copyBytes(from: "demo-".utf8)
    }

    deinit {
        for text in [app, uid, openid, trace] { text.deallocate() }
    }

    func setUser(_ index: Int, openid number: UInt64) {
        var rest = 10_000_001 + index
        for place in uid.indices.reversed() {
            uid[place] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        Self.writeHex(number, into: openid)
    }

    func setTrace(_ number: UInt64) {
        Self.writeHex(number, into: trace)
    }

    /// One report. Its identity is none, and so is its place in the journal: it never was there, and is no repeat.
    func append(_ items: [Item], of head: Head, arrivalMicroseconds: UInt64) {
        for (index, item) in items.enumerated() {
            batch.append(
                eventTime: item.eventSeconds,
                isEventTimeGiven: item.isTimeGiven,
                arrivalMicroseconds: arrivalMicroseconds,
                itemIndex: UInt16(index),
                app: UnsafeRawBufferPointer(app),
                uid: UnsafeRawBufferPointer(uid),
                openid: UnsafeRawBufferPointer(openid),
                deviceType: head.deviceType,
                businessType: head.businessType,
                channel: item.channel,
                operateID: item.operateID,
                pageID: item.step.page,
                posID: item.step.position,
                prevID: item.step.previous,
                traceID: head.hasTrace ? UnsafeRawBufferPointer(trace) : nil,
                durationSeconds: item.step.isStayKnown ? UInt64(item.step.staySeconds) : nil,
                planVersion: planVersion,
                identity: nil,
                journalSegment: 0,
                journalOffset: 0
            )
        }
    }

    /// What was gathered, and an empty batch in its place.
    func take() -> EventBatch {
        defer { batch = EventBatch() }
        return batch
    }

    /// Sixteen digits at the end of `text`.
    private static func writeHex(_ number: UInt64, into text: UnsafeMutableRawBufferPointer) {
        var rest = number
        for place in (text.count - 16..<text.count).reversed() {
            let digit = UInt8(truncatingIfNeeded: rest & 15)
            text[place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            rest >>= 4
        }
    }
}
