import EventStore

/// A place in the order of events, (event time, arrival, item index): where a page ended, so that the next one begins
/// exactly there, whatever arrives in between and however many events share a second.
struct EventCursor: Sendable, Equatable {
    let eventTime: Int64
    /// Unix microseconds.
    let arrival: Int64
    let itemIndex: Int64

    init(eventTime: Int64, arrival: Int64, itemIndex: Int64) {
        self.eventTime = eventTime
        self.arrival = arrival
        self.itemIndex = itemIndex
    }

    init(_ text: String, at name: String) throws(QuestionError) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int(strict: String($0)) }
        guard parts.count == 3, let eventTime = parts[0], let arrival = parts[1], let itemIndex = parts[2],
            eventTime <= 1 << 32, itemIndex <= UInt16.max
        else { throw .expected("the next of an earlier answer", at: name, found: text) }
        self.init(eventTime: Int64(eventTime), arrival: Int64(arrival), itemIndex: Int64(itemIndex))
    }

    var text: String { "\(eventTime).\(arrival).\(itemIndex)" }

    /// The condition of the events before this place.
    var before: SQL {
        """
        (event_time < \(eventTime) OR (event_time = \(eventTime) AND (arrival < \(arrival) \
        OR (arrival = \(arrival) AND item_index < \(itemIndex)))))
        """
    }
}
