import EventStore

/// The width of a trend's points. Points are the zone's own: an hour that the clock repeats is two points, a day the
/// clock changes in has 23 or 25 hours, weeks begin on Monday.
enum Interval: String, Sendable, CaseIterable {
    case minute, hour, day, week, month

    /// Points one answer may have.
    static let pointsAtMost = 10_000

    /// One point: the key events are grouped by, and how it is written.
    struct Point: Sendable, Equatable {
        let key: Int64
        let time: String
    }

    /// Every point that a period touches, in order. The first may begin before the period, which then cuts it.
    func points(of period: Period) throws(QuestionError) -> [Point] {
        let range = period.range
        let estimate = (range.upperBound - range.lowerBound) / shortestSeconds
        guard estimate <= Self.pointsAtMost else {
            throw .badParameter(
                detail: """
                    interval: expected at most \(Self.pointsAtMost) points, found \(estimate) of a \(rawValue); \
                    choose a wider interval or a shorter period
                    """
            )
        }
        switch self {
        case .minute, .hour:
            return Self.stretches(of: period).flatMap { stretch in
                let begin = max(stretch.range.lowerBound, range.lowerBound)
                let grid = begin - (begin + stretch.offset) % shortestSeconds
                return stride(from: grid, to: stretch.range.upperBound, by: Int(shortestSeconds)).map { start in
                    let key = max(start, stretch.range.lowerBound)
                    return Point(key: key, time: Self.text(of: key, offset: stretch.offset))
                }
            }
        case .day, .week, .month:
            var points: [Point] = []
            for stretch in period.zone.stretches(in: range) {
                let days = [stretch.range.lowerBound, stretch.range.upperBound - 1].map {
                    Int(($0 + stretch.offset) / 86_400)
                }
                for day in days[0]...days[1] {
                    let key = self.key(ofDay: day)
                    // Keys grow with time, so one seen before is the last one.
                    if points.last.map({ $0.key < key }) ?? true {
                        points.append(Point(key: key, time: firstDay(ofKey: key).text))
                    }
                }
            }
            return points
        }
    }

    /// Whether every point of the period is made of whole pieces of so many seconds, counted from the epoch; of at most an
    /// hour.
    func isMadeOf(seconds: Int64, in period: Period) -> Bool {
        shortestSeconds.isMultiple(of: seconds)
            && Self.stretches(of: period).allSatisfy { stretch in
                let begins = stretch.range.lowerBound
                return stretch.offset.isMultiple(of: seconds)
                    && (begins.isMultiple(of: seconds) || begins <= period.range.lowerBound - 3_600)
            }
    }

    private var shortestSeconds: Int64 {
        switch self {
        case .minute: 60
        case .hour: 3_600
        case .day: 86_400
        case .week: 7 * 86_400
        case .month: 28 * 86_400
        }
    }

    // MARK: - Days and longer

    /// What the events of a local day are grouped by: the day's number, the week's, or year and month as 202403.
    func key(ofDay day: Int) -> Int64 {
        switch self {
        case .minute, .hour, .day: return Int64(day)
        // Day 0 was a Thursday: week 0 began on day -3.
        case .week: return Int64(day + 3) / 7
        case .month:
            let date = CivilDate(dayNumber: day)
            return Int64(date.year * 100 + date.month)
        }
    }

    private func firstDay(ofKey key: Int64) -> CivilDate {
        switch self {
        case .minute, .hour, .day: CivilDate(dayNumber: Int(key))
        case .week: CivilDate(dayNumber: Int(key) * 7 - 3)
        case .month: CivilDate(year: Int(key) / 100, month: Int(key) % 100, day: 1)
        }
    }

    // MARK: - Hours and minutes

    /// The stretches that hours and minutes of the period lie in. After a change of the clock within an hour (Lord Howe:
    /// 30 minutes) the new hour begins with the change, so the hour before the period is looked at too.
    private static func stretches(of period: Period) -> [Zone.Stretch] {
        period.zone.stretches(in: (period.range.lowerBound - 3_600)..<period.range.upperBound)
            .filter { $0.range.upperBound > period.range.lowerBound }
    }

    /// `2024-03-13T08:00:00+08:00`
    private static func text(of seconds: Int64, offset: Int64) -> String {
        let local = seconds + offset
        let (day, second) = (Int(local / 86_400), Int(local % 86_400))
        let clock = [second / 3_600, second / 60 % 60, second % 60].map { padded($0, 2) }.joined(separator: ":")
        let away = Int(abs(offset)) / 60
        let sign = offset < 0 ? "-" : "+"
        return "\(CivilDate(dayNumber: day).text)T\(clock)\(sign)\(padded(away / 60, 2)):\(padded(away % 60, 2))"
    }

    // MARK: - The same in SQL

    /// The key of the point that `time` (SQL of Unix seconds as an integer) falls into, for times in the period.
    func key(of time: SQL, in period: Period) -> SQL {
        let stretches = Self.stretches(of: period)
        let local: SQL = "(\(time) + \(Self.choose(stretches, by: time) { $0.offset }))"
        switch self {
        case .minute, .hour:
            let grid: SQL = "\(time) - \(local) % \(shortestSeconds)"
            // An hour never begins before its stretch; where there is one stretch, that is true anyway.
            return stretches.count > 1
                ? "greatest(\(grid), \(Self.choose(stretches, by: time) { $0.range.lowerBound }))" : grid
        case .day: return "intDiv(\(local), 86400)"
        case .week: return "intDiv(intDiv(\(local), 86400) + 3, 7)"
        case .month: return "toYYYYMM(toDate(toUInt16(intDiv(\(local), 86400))))"
        }
    }

    /// A stretch's value by the time that falls into it.
    private static func choose(_ stretches: [Zone.Stretch], by time: SQL, _ value: (Zone.Stretch) -> Int64) -> SQL {
        guard let last = stretches.last, stretches.count > 1 else {
            return "toInt64(\(stretches.first.map(value) ?? 0))"
        }
        let cases = stretches.dropLast().map { stretch -> SQL in
            "\(time) < \(stretch.range.upperBound), toInt64(\(value(stretch)))"
        }
        return "multiIf(\(.joined(cases, separator: ", ")), toInt64(\(value(last))))"
    }
}
