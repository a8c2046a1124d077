/// One report request, rendered once; only its uid changes, in place, so that no two reports are alike.
struct RequestTemplate: Sendable {
    static let uidDigits = 16

    let bytes: [UInt8]
    /// Where the uid's digits stand.
    let uidOffset: Int

    init(host: String, port: Int, path: String, token: String, events: Int, eventTime: Int64) {
        let items = (0..<events).map { index in
            let page = 1 + index % 40
            return #"{"event_time":\#(eventTime - Int64(events - index)),"channel":1,"operate_id":10000,"#
                + #""page_id":\#(page),"pos_id":\#(1 + index % 6),"prev_id":\#(1 + (index + 39) % 40),"#
                + #""trace_id":"bench-\#(10_000 + index / 5)","duration":\#(5 + index % 90)}"#
        }
        let zeros = String(repeating: "0", count: Self.uidDigits)
        let head = #"{"head":{"uid":""#
        let body =
            head + zeros + #"","openid":"o-bench","device_type":1,"business_type":1},"items":["#
            + items.joined(separator: ",") + "]}"
        let fields =
            "POST \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nAuthorization: \(token)\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        bytes = Array((fields + body).utf8)
        uidOffset = fields.utf8.count + head.utf8.count
    }

    /// Writes `number`'s digits over the uid.
    static func write(_ number: UInt64, at place: UnsafeMutablePointer<UInt8>) {
        var rest = number
        for digit in stride(from: uidDigits - 1, through: 0, by: -1) {
            place[digit] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }
}
