// How a report is kept in the journal. A change bumps `version`, adds a golden file and a line in docs/formats/.
//
//     offset  size
//      0      1    version (1)
//      1      1    flags: 1 every item carries trace_id · 2 device_type follows · 4 business_type follows
//                   · 8 the client's key follows · 16 its delivery follows · 32 unknown fields follow
//      2      2    number of items
//      4      4    version of the tracking plan it was checked by
//      8      8    arrival, Unix microseconds
//     16      4    where the head begins, from the report's first byte
//     20      …    items, one after the other
//      …      …    head: app, uid, openid (each: one byte of length, bytes), device_type, business_type (4 bytes each),
//                  key (one byte of length, bytes), delivery (see ReportDelivery), unknown fields (see UnknownFields)
//
//     item:   1    which fields follow (bits in the order of the fields below, lowest first)
//             4    event_time
//             1–5  channel, operate_id, page_id, pos_id, prev_id: LEB128 each
//             1+n  trace_id: one byte of length, bytes
//             1–10 duration: LEB128
//
// Integers are little-endian. The head stands last because JSON may give `items` first, and one pass over the body
// must not move what it wrote. An absent field takes no byte, so absent is never zero.
enum ReportLayout {
    static let version: UInt8 = 1
    static let fixedBytes = 20

    static let everyItemTraced: UInt8 = 1
    static let deviceTypeFollows: UInt8 = 2
    static let businessTypeFollows: UInt8 = 4
    static let keyFollows: UInt8 = 8
    static let deliveryFollows: UInt8 = 16
    static let unknownFieldsFollow: UInt8 = 32

    /// Bit of an item's field in its first byte.
    @inline(__always)
    static func bit(_ field: Rejection.Field) -> UInt8 {
        1 << (field.rawValue - Rejection.Field.eventTime.rawValue)
    }
}

/// The most bytes a report of `bodyBytes` of JSON can take: an item is shorter encoded than spelled (`{}` and its
/// comma are three bytes, its encoding one), so only the fixed part, the head's strings, the client's key, the delivery
/// and the names of unknown fields come on top.
package func encodedReportBound(bodyBytes: Int) -> Int {
    bodyBytes + ReportLayout.fixedBytes + 4 * 256 + 8 + ReportDelivery.boundBytes + UnknownFields.boundBytes
}
