import Foundation

/// Report bodies as text, with the one thing spelled that a test is about.
enum ReportBody {
    /// A user nobody else reports about.
    static func newUser(_ word: String = "user") -> String {
        "\(word)-\(UUID().uuidString.prefix(13))"
    }

    /// A report about `uid` with these items; `head` is put behind its identifiers.
    static func text(uid: String, head: String = "", items: String = #"[{"page_id":1}]"#) -> String {
        #"{"head":{"uid":\#(jsonLiteral(uid)),"openid":"o-\#(uid.utf8.count)"\#(head)},"items":\#(items)}"#
    }

    /// A report from somebody, with these items.
    static func text(items: String) -> String { text(uid: newUser(), items: items) }

    /// A report with an unknown member of the report, so that it has exactly this many bytes.
    static func padded(to bytes: Int, uid: String) -> [UInt8] {
        let start = Array(
            #"{"head":{"uid":\#(jsonLiteral(uid)),"openid":"o"},"items":[{"page_id":1}],"padding":""#.utf8
        )
        return start + Array(repeating: UInt8(ascii: "x"), count: bytes - start.count - 2) + Array(#""}"#.utf8)
    }
}
