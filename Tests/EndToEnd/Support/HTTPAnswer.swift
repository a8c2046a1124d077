/// One HTTP response as it came.
struct HTTPAnswer: Sendable, CustomStringConvertible {
    var version: String
    var status: Int
    var headers: [(name: String, value: String)]
    var body: [UInt8]

    /// The value of the first header of this name; nil where there is none.
    subscript(header: String) -> String? {
        headers.first { $0.name.lowercased() == header.lowercased() }?.value
    }

    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSON? { try? JSON.parse(body) }
    var ret: Int? { json?["ret"]?.int }
    var detail: String? { json?["detail"]?.string }

    var description: String { "HTTP \(status) \(text.prefix(400))" }
}
