/// The time a question is about, and the zone whose days and hours it is told in.
struct Period: Sendable, Equatable {
    /// Unix seconds; never empty.
    let range: Range<Int64>
    /// The whole local days it consists of, where it was given as days.
    let days: ClosedRange<Int>?
    let zone: Zone

    static func == (one: Period, other: Period) -> Bool {
        one.range == other.range && one.days == other.days && one.zone.name == other.zone.name
    }

    /// - Parameters:
    ///   - from: a date, that whole day included, or Unix seconds. Default: with a date (or nothing) as `to` the day
    ///     six days before it, so that a week is shown; with seconds as `to` 7 × 86,400 s before it.
    ///   - to: a date, that whole day included, or Unix seconds, themselves excluded. Default: today.
    init(from: String?, to: String?, zone: Zone, nowSeconds: Int64) throws(QuestionError) {
        let last: Moment
        if let to { last = try Moment(to, at: "to") } else { last = .day(zone.day(of: nowSeconds)) }
        let first: Moment
        if let from {
            first = try Moment(from, at: "from")
        } else {
            switch last {
            case .day(let day): first = .day(day - 6)
            case .seconds(let seconds): first = .seconds(seconds - 7 * 86_400)
            }
        }
        let start: Int64
        let end: Int64
        switch first {
        case .day(let day): start = zone.start(ofDay: day)
        case .seconds(let seconds): start = seconds
        }
        switch last {
        case .day(let day): end = zone.start(ofDay: day + 1)
        case .seconds(let seconds): end = seconds
        }
        guard start < end else {
            throw .expected(
                "a time before the end (\(to.map { "to=\($0)" } ?? "today"))",
                at: "from",
                found: from ?? String(start)
            )
        }
        // No event lies before 2015; from here on local times are positive in every zone.
        range = max(start, Self.earliest)..<max(end, Self.earliest + 1)
        if case .day(let firstDay) = first, case .day(let lastDay) = last {
            days = firstDay...lastDay
        } else {
            days = nil
        }
        self.zone = zone
    }

    private static let earliest: Int64 = 2 * 86_400

    /// The period of the same length right before: for whole days the same number of local days, whatever the clocks
    /// did; else the same number of seconds. `nil` where no event can lie in it.
    var previous: Range<Int64>? {
        let start: Int64
        if let days {
            start = zone.start(ofDay: days.lowerBound - days.count)
        } else {
            start = range.lowerBound - (range.upperBound - range.lowerBound)
        }
        let clamped = max(start, Self.earliest)
        return clamped < range.lowerBound ? clamped..<range.lowerBound : nil
    }
}
