import Foundation

/// A client of `/api/v1/live`, as a browser's EventSource is one.
final class EventStream {
    struct Event: Equatable {
        var name = ""
        var id: String?
        var data = JSON.null
    }

    let head: HTTPAnswer
    private let connection: HTTPConnection
    private var text: [UInt8] = []

    struct Ended: Error {}

    init(_ server: Footprint, _ parameters: [(String, String)] = [], last: String? = nil, token: String? = nil) throws {
        connection = try server.connection()
        var request = HTTPRequest.get(
            Footprint.target("live", parameters),
            authorization: token ?? server.installation.adminToken
        )
        if let last { request.headers.append(("Last-Event-ID", last)) }
        try connection.send(request.bytes)
        head = try connection.answer(toHead: true)
    }

    /// The next event; comments are passed over. Throws ``Ended`` after the last one.
    func next() throws -> Event {
        while true {
            if let end = text.firstRange(of: Array("\n\n".utf8)) {
                let block = String(decoding: text[..<end.lowerBound], as: UTF8.self)
                text.removeSubrange(..<end.upperBound)
                if let event = try Self.event(block) { return event }
                continue
            }
            guard let bytes = try connection.chunk() else { throw Ended() }
            text += bytes
        }
    }

    /// The next event of this name; what comes before it is passed over, as many as a test has patience for.
    func next(_ name: String) throws -> Event {
        for _ in 0..<1_000 {
            let event = try next()
            if event.name == name { return event }
        }
        throw Ended()
    }

    private static func event(_ block: String) throws -> Event? {
        var event = Event()
        for line in block.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count == 2 ? parts[1].drop { $0 == " " } : ""
            switch parts[0] {
            case "event": event.name = String(value)
            case "id": event.id = String(value)
            case "data": event.data = try JSON.parse(String(value))
            default: break
            }
        }
        return event.name.isEmpty ? nil : event
    }
}
