/// A `from` or `to` as it was written.
enum Moment: Sendable, Equatable {
    /// A whole day, by its number; which instants it spans is the zone's to say.
    case day(Int)
    /// Unix seconds.
    case seconds(Int64)

    /// Dates and seconds an event can have: its column is 32 bits wide.
    init(_ text: String, at name: String) throws(QuestionError) {
        if let date = CivilDate(text), Self.days.contains(date.dayNumber) {
            self = .day(date.dayNumber)
        } else if let seconds = Int(strict: text), seconds <= 1 << 32 {
            self = .seconds(Int64(seconds))
        } else {
            throw .expected("a date (2024-03-13) or Unix seconds", at: name, found: text)
        }
    }

    /// 1970-01-03 to 2106-02-05: every zone's local time is positive, and every instant fits 32 bits.
    private static let days = 2...49_708
}
