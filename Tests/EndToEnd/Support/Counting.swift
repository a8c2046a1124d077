import Foundation

/// The definitions of INTERFACE section 4, counted one event after the other: what the program's SQL must agree with,
/// written without a look at it.
struct Counting: Sendable {
    /// Every event there is, in the order (event_time, place in the file).
    let all: [ShopEvent]
    let zone: TimeZone
    /// Unix seconds, the end excluded.
    let range: Range<Int>
    let isWanted: @Sendable (ShopEvent) -> Bool

    init(
        _ all: [ShopEvent],
        zone: String = "Asia/Shanghai",
        range: Range<Int>,
        where isWanted: @escaping @Sendable (ShopEvent) -> Bool = { _ in true }
    ) {
        self.all = all
        self.zone = TimeZone(identifier: zone) ?? .gmt
        self.range = range
        self.isWanted = isWanted
    }

    /// Whole days of the zone, both included.
    init(
        _ all: [ShopEvent],
        zone: String = "Asia/Shanghai",
        from: String,
        to: String,
        where isWanted: @escaping @Sendable (ShopEvent) -> Bool = { _ in true }
    ) {
        let calendar = Self.calendar(TimeZone(identifier: zone) ?? .gmt)
        let start = Self.midnight(from, calendar)
        let end = calendar.date(byAdding: .day, value: 1, to: Self.midnight(to, calendar)) ?? start
        self.init(
            all,
            zone: zone,
            range: Int(start.timeIntervalSince1970)..<Int(end.timeIntervalSince1970),
            where: isWanted
        )
    }

    struct Session {
        var events: [ShopEvent]
        var views: [ShopEvent] { events.filter(\.isPageView) }
        var start: Int { events.first?.eventTime ?? 0 }
    }

    var events: [ShopEvent] { all.filter { range.contains($0.eventTime) && isWanted($0) } }

    /// Runs of one user's events with gaps of at most half an hour.
    var sessions: [Session] {
        var sessions: [Session] = []
        for (_, events) in Dictionary(grouping: events, by: \.uid) {
            var current = Session(events: [])
            for event in events {
                if let last = current.events.last, event.eventTime - last.eventTime > 1_800 {
                    sessions.append(current)
                    current = Session(events: [])
                }
                current.events.append(event)
            }
            sessions.append(current)
        }
        return sessions
    }

    /// Users whose first event ever lies in the range and is one that is asked about.
    var newUserTimes: [Int] {
        Dictionary(grouping: all, by: \.uid).values.compactMap { events in
            guard let first = events.first, range.contains(first.eventTime), isWanted(first) else { return nil }
            return first.eventTime
        }
    }

    // MARK: - Answers

    var overview: [String: Double?] {
        let sessions = sessions
        return Self.measures(events).merging([
            "sessions": Double(sessions.count),
            "bounce_rate": Self.ratio(sessions.count { $0.views.count == 1 }, sessions.count),
            "new_users": Double(newUserTimes.count),
        ]) { one, _ in one }
    }

    /// pv, uv, events and avg_duration of some events.
    static func measures(_ events: [ShopEvent]) -> [String: Double?] {
        let views = events.filter(\.isPageView)
        let durations = views.compactMap(\.duration)
        return [
            "pv": Double(views.count),
            "uv": Double(Set(views.map(\.uid)).count),
            "events": Double(events.count),
            "avg_duration": ratio(durations.reduce(0, +), durations.count),
        ]
    }

    enum Interval: String, CaseIterable, Sendable {
        case hour, day, week, month

        var component: Calendar.Component {
            switch self {
            case .hour: .hour
            case .day: .day
            case .week: .weekOfYear
            case .month: .month
            }
        }
    }

    /// Every point of the range in order: how it is written, and its measures.
    func trend(_ interval: Interval) -> [(time: String, measures: [String: Double?])] {
        // No point is shorter than half an hour, and none begins off it: each half hour is looked up once.
        let calendar = Self.calendar(zone)
        var starts: [Int: Date] = [:]
        for half in range.lowerBound / 1_800...(range.upperBound - 1) / 1_800 {
            let date = Date(timeIntervalSince1970: Double(half * 1_800))
            starts[half] = calendar.dateInterval(of: interval.component, for: date)?.start
        }
        let byPoint = Dictionary(grouping: events) { starts[$0.eventTime / 1_800] }
        let sessionsByPoint = Dictionary(grouping: sessions) { starts[$0.start / 1_800] }
        let newByPoint = Dictionary(grouping: newUserTimes) { starts[$0 / 1_800] }
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.calendar = calendar
        formatter.timeZone = zone
        formatter.dateFormat = interval == .hour ? "yyyy-MM-dd'T'HH:mm:ssxxx" : "yyyy-MM-dd"
        return Set(starts.values).sorted().map { point in
            let sessions = sessionsByPoint[point] ?? []
            let measures = Self.measures(byPoint[point] ?? []).merging([
                "sessions": Double(sessions.count),
                "bounce_rate": Self.ratio(sessions.count { $0.views.count == 1 }, sessions.count),
                "new_users": Double(newByPoint[point]?.count ?? 0),
            ]) { one, _ in one }
            return (formatter.string(from: point), measures)
        }
    }

    struct Place: Sendable {
        var measures: [String: Double?]
        var entries = 0
        var exits = 0
    }

    /// Pages by id; nil for events without one.
    var pages: [Int?: Place] {
        var pages = Dictionary(grouping: events, by: \.pageID).mapValues { Place(measures: Self.measures($0)) }
        for session in sessions {
            guard let first = session.views.first, let last = session.views.last else { continue }
            pages[first.pageID]?.entries += 1
            pages[last.pageID]?.exits += 1
        }
        return pages
    }

    func breakdown(by field: (ShopEvent) -> Int?) -> [Int?: [String: Double?]] {
        Dictionary(grouping: events, by: field).mapValues(Self.measures)
    }

    // MARK: - Calendar

    private static func calendar(_ zone: TimeZone) -> Calendar {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = zone
        calendar.locale = Locale(identifier: "en_US_POSIX")
        return calendar
    }

    private static func midnight(_ day: String, _ calendar: Calendar) -> Date {
        let parts = day.split(separator: "-").compactMap { Int($0) }
        let date = calendar.date(from: DateComponents(year: parts[0], month: parts[1], day: parts[2])) ?? .distantPast
        return calendar.startOfDay(for: date)
    }

    private static func ratio(_ part: Int, _ whole: Int) -> Double? {
        whole == 0 ? nil : Double(part) / Double(whole)
    }
}
