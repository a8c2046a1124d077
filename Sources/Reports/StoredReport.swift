/// A report as the journal keeps it, read in place. See `ReportLayout` for the bytes.
///
/// Borrows the memory it was made from. Every length is checked before it is believed: the journal's checksum says that
/// the bytes are what was written, not that they were written by this version.
package struct StoredReport {
    package let arrivalMicroseconds: UInt64
    package let planVersion: UInt32
    package let itemCount: Int
    /// Whether every item carries a trace_id, or the client named the report: it is recognised when it is sent again.
    package let mayBeRepeated: Bool
    package let app: UnsafeRawBufferPointer
    package let uid: UnsafeRawBufferPointer
    package let openid: UnsafeRawBufferPointer
    package let deviceType: UInt32?
    package let businessType: UInt32?
    /// The client's own name for the report; nil where it gave none.
    package let idempotencyKey: UnsafeRawBufferPointer?
    package let delivery: ReportDelivery
    /// Fields that were dropped, each once.
    package let unknownFields: [UnknownField]
    /// What a report says about its sender, for the identity of its events.
    package let senderEncoding: UnsafeRawBufferPointer
    private let items: UnsafeRawBufferPointer

    /// The bytes are no report that this version can read.
    package enum Unreadable: Error, Equatable {
        case version(UInt8)
        case malformed
    }

    package struct Item {
        package var eventTime: UInt32?
        package var channel: UInt32?
        package var operateID: UInt32?
        package var pageID: UInt32?
        package var posID: UInt32?
        package var prevID: UInt32?
        package var traceID: UnsafeRawBufferPointer?
        package var durationSeconds: UInt64?
        /// The item's own bytes: the same for two items exactly when all their fields are.
        package var encoding: UnsafeRawBufferPointer
    }

    package init(_ bytes: UnsafeRawBufferPointer) throws(Unreadable) {
        guard bytes.count >= ReportLayout.fixedBytes else { throw .malformed }
        guard bytes[0] == ReportLayout.version else { throw .version(bytes[0]) }
        let flags = bytes[1]
        itemCount = Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
        planVersion = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        arrivalMicroseconds = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        let headOffset = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self)))
        guard headOffset >= ReportLayout.fixedBytes, headOffset <= bytes.count else { throw .malformed }
        items = UnsafeRawBufferPointer(rebasing: bytes[ReportLayout.fixedBytes..<headOffset])
        let tail = UnsafeRawBufferPointer(rebasing: bytes[headOffset...])
        mayBeRepeated = flags & (ReportLayout.everyItemTraced | ReportLayout.keyFollows) != 0

        var reader = EncodingReader(tail)
        app = try reader.shortBytes()
        uid = try reader.shortBytes()
        openid = try reader.shortBytes()
        deviceType = flags & ReportLayout.deviceTypeFollows != 0 ? try reader.fixed32() : nil
        businessType = flags & ReportLayout.businessTypeFollows != 0 ? try reader.fixed32() : nil
        idempotencyKey = flags & ReportLayout.keyFollows != 0 ? try reader.shortBytes() : nil
        senderEncoding = UnsafeRawBufferPointer(rebasing: tail[..<reader.position])
        delivery = flags & ReportLayout.deliveryFollows != 0 ? try ReportDelivery(&reader) : ReportDelivery()
        unknownFields = flags & ReportLayout.unknownFieldsFollow != 0 ? try Self.unknownFields(&reader) : []
        guard reader.isAtEnd else { throw .malformed }
    }

    /// Calls `body` with every item in order.
    package func forEachItem(_ body: (Int, Item) -> Void) throws(Unreadable) {
        var reader = EncodingReader(items)
        for index in 0..<itemCount {
            let start = reader.position
            let present = try reader.byte()
            func has(_ field: Rejection.Field) -> Bool { present & ReportLayout.bit(field) != 0 }
            var item = Item(encoding: UnsafeRawBufferPointer(start: nil, count: 0))
            if has(.eventTime) { item.eventTime = try reader.fixed32() }
            if has(.channel) { item.channel = try reader.variable32() }
            if has(.operateID) { item.operateID = try reader.variable32() }
            if has(.pageID) { item.pageID = try reader.variable32() }
            if has(.posID) { item.posID = try reader.variable32() }
            if has(.prevID) { item.prevID = try reader.variable32() }
            if has(.traceID) { item.traceID = try reader.shortBytes() }
            if has(.duration) { item.durationSeconds = try reader.variable64() }
            item.encoding = UnsafeRawBufferPointer(rebasing: items[start..<reader.position])
            body(index, item)
        }
        guard reader.isAtEnd else { throw .malformed }
    }
}
