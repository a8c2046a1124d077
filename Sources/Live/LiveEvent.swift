import Insights
import Reports

/// One report as a listener is shown it.
package struct LiveEvent: Sendable {
    /// `accepted` or `rejected`.
    package let name: String
    /// The report's arrival, Unix microseconds, which names it; nil for one that was tried again, whose arrival was shown.
    package let id: UInt64?
    /// A JSON object.
    package let data: [UInt8]

    /// Of a refused body, so much is shown.
    private static let bodyBytes = 4 << 10

    init(_ report: StoredReport, isReplay: Bool) throws(StoredReport.Unreadable) {
        var items: [JSONValue] = []
        try report.forEachItem { _, item in
            items.append([
                "event_time": .whole(item.eventTime), "channel": .whole(item.channel),
                "operate_id": .whole(item.operateID), "page_id": .whole(item.pageID), "pos_id": .whole(item.posID),
                "prev_id": .whole(item.prevID), "trace_id": item.traceID.map { .text($0) } ?? .null,
                "duration": item.durationSeconds.map { .uint($0) } ?? .null,
            ])
        }
        name = LiveFilter.Kind.accepted.rawValue
        id = isReplay ? nil : report.arrivalMicroseconds
        let value: JSONValue = [
            "time": .uint(report.arrivalMicroseconds / 1_000_000), "app": .text(report.app), "uid": .text(report.uid),
            "openid": .text(report.openid), "device_type": .whole(report.deviceType),
            "business_type": .whole(report.businessType), "replayed": .bool(isReplay), "items": .array(items),
        ]
        data = value.encoded()
    }

    init(_ report: RefusedReport) {
        name = LiveFilter.Kind.rejected.rawValue
        id = report.arrivalMicroseconds
        let shown = UnsafeRawBufferPointer(rebasing: report.body.prefix(Self.bodyBytes))
        let value: JSONValue = [
            "time": .uint(report.arrivalMicroseconds / 1_000_000), "app": .text(report.app), "code": .text(report.code),
            "detail": .text(report.detail), "body": .text(shown), "body_bytes": .int(Int64(report.bodyBytes)),
        ]
        data = value.encoded()
    }
}

extension JSONValue {
    fileprivate static func whole(_ number: UInt32?) -> JSONValue {
        number.map { .uint(UInt64($0)) } ?? .null
    }

    /// Bytes as text; what is not UTF-8 shows as the replacement character.
    fileprivate static func text(_ bytes: UnsafeRawBufferPointer) -> JSONValue {
        .string(String(decoding: bytes, as: UTF8.self))
    }
}
