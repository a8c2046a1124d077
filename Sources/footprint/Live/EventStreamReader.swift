/// Takes Server-Sent Events out of the bytes of a `text/event-stream`, however they are cut.
package struct EventStreamReader {
    package struct Event: Equatable {
        package var name = "message"
        package var id: String?
        package var data = ""
    }

    private var line: [UInt8] = []
    private var event = Event()
    private var hasData = false

    package init() {}

    /// The events that these bytes complete.
    package mutating func take(_ bytes: some Sequence<UInt8>) -> [Event] {
        var events: [Event] = []
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                line.append(byte)
                continue
            }
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if let whole = takeLine(String(decoding: line, as: UTF8.self)) { events.append(whole) }
            line.removeAll(keepingCapacity: true)
        }
        return events
    }

    private mutating func takeLine(_ line: String) -> Event? {
        guard !line.isEmpty else {
            defer {
                event = Event()
                hasData = false
            }
            return hasData ? event : nil
        }
        // A line that begins with a colon is a comment: its name is empty.
        let name = line.prefix { $0 != ":" }
        var value = line.dropFirst(name.count + 1)
        if value.first == " " { value.removeFirst() }
        switch name {
        case "event": event.name = String(value)
        case "id": event.id = String(value)
        case "data":
            event.data += (hasData ? "\n" : "") + value
            hasData = true
        default: break
        }
        return nil
    }
}
