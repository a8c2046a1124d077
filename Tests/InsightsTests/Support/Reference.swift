import Foundation
import Insights

/// The definitions of the interface once more, in the plainest way: loops over events in memory, days and hours by
/// Foundation's calendar. It shares no code with what it is compared to.
struct Reference {
    let all: [StoredEvent]
    let range: Range<Int64>
    let filter: @Sendable (StoredEvent) -> Bool

    init(
        _ events: [StoredEvent],
        _ range: Range<Int64>,
        filter: @escaping @Sendable (StoredEvent) -> Bool = { _ in true }
    ) {
        all = events.sorted { $0.order < $1.order }
        self.range = range
        self.filter = filter
    }

    var events: [StoredEvent] { all.filter { range.contains($0.time) && filter($0) } }
    var views: [StoredEvent] { events.filter(\.isView) }

    // MARK: - Measures

    static func averageDuration(_ events: [StoredEvent]) -> JSONValue {
        let durations = events.filter(\.isView).compactMap(\.duration)
        return durations.isEmpty ? .null : .double(Double(durations.reduce(0, +)) / Double(durations.count))
    }

    static func measures(_ events: [StoredEvent]) -> [JSONValue.Member] {
        let views = events.filter(\.isView)
        return [
            .init("pv", .int(Int64(views.count))),
            .init("uv", .int(Int64(Set(views.map(\.uid)).count))),
            .init("avg_duration", averageDuration(events)),
        ]
    }

    // MARK: - Sessions

    var sessions: [[StoredEvent]] {
        var sessions: [[StoredEvent]] = []
        for (_, events) in Dictionary(grouping: events, by: \.uid) {
            var session: [StoredEvent] = []
            for event in events {
                if let last = session.last, event.time - last.time > 1_800 {
                    sessions.append(session)
                    session = []
                }
                session.append(event)
            }
            sessions.append(session)
        }
        return sessions
    }

    static func bounceRate(_ sessions: [[StoredEvent]]) -> JSONValue {
        guard !sessions.isEmpty else { return .null }
        let bounces = sessions.filter { $0.filter(\.isView).count == 1 }
        return .double(Double(bounces.count) / Double(sessions.count))
    }

    /// First event ever, if it lies here.
    var firstEvents: [StoredEvent] {
        Dictionary(grouping: all, by: \.uid).values.compactMap(\.first).filter { range.contains($0.time) && filter($0) }
    }

    var overview: [JSONValue.Member] {
        let measures = Self.measures(events)
        return [
            measures[0],
            measures[1],
            .init("events", .int(Int64(events.count))),
            .init("sessions", .int(Int64(sessions.count))),
            measures[2],
            .init("bounce_rate", Self.bounceRate(sessions)),
            .init("new_users", .int(Int64(firstEvents.count))),
        ]
    }

    // MARK: - Time

    /// Points of a trend that have events, in order: `key` names an event's point, growing with time.
    func trend(_ key: (Int64) -> String) -> [[JSONValue.Member]] {
        let byPoint = Dictionary(grouping: events) { key($0.time) }
        let sessionsByPoint = Dictionary(grouping: sessions) { key($0[0].time) }
        let newByPoint = Dictionary(grouping: firstEvents) { key($0.time) }
        let keys = byPoint.keys.sorted { (byPoint[$0]?.first?.time ?? 0) < (byPoint[$1]?.first?.time ?? 0) }
        return keys.map { key in
            let events = byPoint[key] ?? []
            let sessions = sessionsByPoint[key] ?? []
            return Self.measures(events) + [
                .init("events", .int(Int64(events.count))),
                .init("sessions", .int(Int64(sessions.count))),
                .init("bounce_rate", Self.bounceRate(sessions)),
                .init("new_users", .int(Int64(newByPoint[key]?.count ?? 0))),
            ]
        }
    }

    // MARK: - Places

    struct Row {
        var identity: [JSONValue.Member]
        var measures: [JSONValue.Member]
    }

    /// Rows by a key of each event, with entries and exits.
    func places<Key: Hashable>(_ key: (StoredEvent) -> Key) -> [Key: [JSONValue.Member]] {
        var entries: [Key: Int64] = [:]
        var exits: [Key: Int64] = [:]
        for session in sessions {
            let views = session.filter(\.isView)
            if let first = views.first { entries[key(first), default: 0] += 1 }
            if let last = views.last { exits[key(last), default: 0] += 1 }
        }
        return Dictionary(grouping: events, by: key).reduce(into: [:]) { rows, group in
            rows[group.key] =
                Self.measures(group.value) + [
                    .init("entries", .int(entries[group.key] ?? 0)),
                    .init("exits", .int(exits[group.key] ?? 0)),
                    .init("events", .int(Int64(group.value.count))),
                ]
        }
    }

    // MARK: - Sequences

    /// How many sessions, and users, took each path.
    func paths(depth: Int, start: UInt32?) -> [[UInt32]: (count: Int, users: Set<String>)] {
        var paths: [[UInt32]: (count: Int, users: Set<String>)] = [:]
        for session in sessions {
            var pages: [UInt32] = []
            for page in session.filter(\.isView).compactMap(\.page) where page != pages.last { pages.append(page) }
            if let start {
                guard let place = pages.firstIndex(of: start) else { continue }
                pages.removeFirst(place)
            }
            guard !pages.isEmpty else { continue }
            let path = Array(pages.prefix(depth))
            paths[path, default: (0, [])].count += 1
            paths[path, default: (0, [])].users.insert(session[0].uid)
        }
        return paths
    }

    /// Users that reach each step, and the seconds each took to reach it first, from the latest first step there is.
    func funnel(_ steps: [(StoredEvent) -> Bool], window: Int64) -> [[Int64]] {
        var reached: [[Int64]] = steps.map { _ in [] }
        for (_, events) in Dictionary(grouping: events, by: \.uid) {
            // Steps may share a second: within one, an event of an earlier step comes first.
            var marks: [(time: Int64, step: Int)] = []
            for event in events {
                for (index, step) in steps.enumerated() where step(event) { marks.append((event.time, index)) }
            }
            marks.sort { ($0.time, $0.step) < ($1.time, $1.step) }
            var start: [Int64?] = steps.map { _ in nil }
            var took: [Int64?] = steps.map { _ in nil }
            for mark in marks {
                if mark.step == 0 {
                    start[0] = mark.time
                    took[0] = 0
                } else if let first = start[mark.step - 1], mark.time <= first + window {
                    start[mark.step] = first
                    took[mark.step] = took[mark.step] ?? mark.time - first
                }
            }
            for (index, seconds) in took.enumerated() { if let seconds { reached[index].append(seconds) } }
        }
        return reached.map { $0.sorted() }
    }

    /// Users by first active period (of `key`), and how many of them were active `later` periods on.
    func retention(_ key: (Int64) -> Int) -> [Int: [Int: Int64]] {
        var cohorts: [Int: [Int: Int64]] = [:]
        for (_, events) in Dictionary(grouping: events, by: \.uid) {
            let active = Set(events.map { key($0.time) })
            guard let first = active.min() else { continue }
            for period in active { cohorts[first, default: [:]][period - first, default: 0] += 1 }
        }
        return cohorts
    }
}

/// The zone's clock as Foundation tells it.
struct CalendarClock {
    private let calendar: Calendar
    private let timeZone: TimeZone

    init(_ name: String) {
        timeZone = TimeZone(identifier: name) ?? .gmt
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        calendar.firstWeekday = 2
        calendar.minimumDaysInFirstWeek = 4
        self.calendar = calendar
    }

    /// The first instant of a day (`2024-03-10`), or of one so many days later.
    func start(of day: String, addingDays days: Int = 0) -> Int64 {
        let parts = day.split(separator: "-").compactMap { Int($0) }
        let noon = DateComponents(year: parts[0], month: parts[1], day: parts[2], hour: 12)
        guard let date = calendar.date(from: noon), let later = calendar.date(byAdding: .day, value: days, to: date)
        else {
            return 0
        }
        return Int64(calendar.startOfDay(for: later).timeIntervalSince1970)
    }

    /// The point of a trend an instant falls into: equal for two instants of the same one.
    func point(_ interval: String, _ seconds: Int64) -> String {
        let date = date(seconds)
        let parts = calendar.dateComponents(
            [.year, .month, .day, .hour, .minute, .weekOfYear, .yearForWeekOfYear],
            from: date
        )
        let offset = timeZone.secondsFromGMT(for: date)
        let day = "\(parts.year ?? 0)-\(parts.month ?? 0)-\(parts.day ?? 0)"
        switch interval {
        case "minute": return "\(day) \(parts.hour ?? 0):\(parts.minute ?? 0) \(offset)"
        case "hour": return "\(day) \(parts.hour ?? 0) \(offset)"
        case "day": return day
        case "week": return "\(parts.yearForWeekOfYear ?? 0)w\(parts.weekOfYear ?? 0)"
        default: return "\(parts.year ?? 0)-\(parts.month ?? 0)"
        }
    }

    /// Days since an instant's day, by counting calendar days.
    func days(from start: Int64, to seconds: Int64) -> Int {
        let (from, to) = (calendar.startOfDay(for: date(start)), calendar.startOfDay(for: date(seconds)))
        return calendar.dateComponents([.day], from: from, to: to).day ?? 0
    }

    private func date(_ seconds: Int64) -> Date { Date(timeIntervalSince1970: Double(seconds)) }
}
