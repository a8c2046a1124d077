import EventStore

/// Makes the events of a ``BulkTraffic``, day by day and user by user.
///
/// How often a user comes follows from what is still missing of the day's share and from who else is still to come:
/// so every day gets its share and the whole gets its number exactly, without a second look.
struct BulkGenerator {
    private let traffic: BulkTraffic
    private let visitors: BulkVisitors
    private let site = DemoSite(pages: 400)
    private let hour: WeightedChoice
    private let eventsAVisit: Double
    private let rowsAtOnce: Int

    private let rows: BulkRows
    private var arrivals = ArrivalClock()
    private var produced = 0
    /// The report that is being filled.
    private var items: [BulkRows.Item] = []

    /// Whoever comes on a day comes again on the same day with this probability, and again.
    private static let againShare = 0.28
    private static let visitsADay = 8
    /// Sessions begin so long after the one before has ended that they are told apart.
    private static let pauseSeconds = 1_900
    private static let secondsADay = Int(DemoSite.daySeconds)

    init(_ traffic: BulkTraffic, app: String, planVersion: UInt32, rowsAtOnce: Int) {
        self.traffic = traffic
        self.rowsAtOnce = rowsAtOnce
        visitors = BulkVisitors(traffic)
        rows = BulkRows(app: app, planVersion: planVersion)
        // A day of UTC begins at eight in the morning of the visitors' time.
        let shift = Int(DemoSite.zoneSeconds / 3_600)
        hour = WeightedChoice((0..<24).map { DemoSite.hours[($0 + shift) % 24] })
        eventsAVisit = Self.eventsAVisit(on: site)
    }

    /// Hands over one batch after the other, each of one month and in the store's order. `take` returns false where no
    /// more are wanted.
    mutating func run(_ take: (EventBatch) -> Bool) {
        let shares = dayShares()
        var random = SeededRandom(seed: traffic.seed, part: .max)
        var before: CalendarMonth?
        for day in 0..<traffic.days {
            let month = CalendarMonth(atSeconds: traffic.startSeconds + Int64(day) * DemoSite.daySeconds)
            if let before, before != month, !handOver(take) { return }
            before = month
            arrivals.begin(day: day)
            let target = day == traffic.days - 1 ? traffic.events : Int(Double(traffic.events) * shares[day])
            repeat {
                guard fill(day, upTo: target, seed: random.next(), take) else { return }
                // Only the last day has to reach its number; it does so within a visit or two.
            } while day == traffic.days - 1 && produced < traffic.events
        }
        _ = handOver(take)
    }

    private mutating func handOver(_ take: (EventBatch) -> Bool) -> Bool {
        rows.batch.count == 0 || take(rows.take())
    }

    /// One pass over the users, for one day. False where no more events are wanted.
    private mutating func fill(
        _ day: Int,
        upTo target: Int,
        seed: UInt64,
        _ take: (EventBatch) -> Bool
    ) -> Bool {
        var restWeight = 0.0
        for user in 0..<traffic.users { restWeight += visitors.weight(user, onDay: day) }
        let visitsEach = 1 / (1 - Self.againShare)
        for user in 0..<traffic.users {
            let weight = visitors.weight(user, onDay: day)
            guard weight > 0 else { continue }
            defer { restWeight -= weight }
            let missing = Double(target - produced) / (eventsAVisit * visitsEach)
            let expected = missing * weight / max(restWeight, weight)
            guard expected > 0 else { continue }
            var random = SeededRandom(seed: seed, part: UInt64(user))
            var comings = Int(min(expected, Double(Self.visitsADay)))
            if random.chance(expected - Double(comings)) { comings += 1 }
            guard comings > 0 else { continue }
            visit(day, user, comings: comings, &random)
            if produced == traffic.events { return true }
            if rows.batch.count >= rowsAtOnce, !handOver(take) { return false }
        }
        return true
    }

    /// All visits of one user on one day.
    private mutating func visit(_ day: Int, _ user: Int, comings: Int, _ random: inout SeededRandom) {
        var visits = 0
        for _ in 0..<comings {
            repeat { visits += 1 } while random.chance(Self.againShare)
        }
        var starts: [Int] = []
        for _ in 0..<min(visits, Self.visitsADay) {
            starts.append(hour.draw(&random) * 3_600 + random.below(3_600))
        }
        if starts.count > 1 { starts.sort() }
        var openid = SeededRandom(seed: ~traffic.seed, part: UInt64(user))
        rows.setUser(user, openid: openid.next())
        var free = 0
        for start in starts where produced < traffic.events {
            let begin = max(start, free)
            guard begin < Self.secondsADay else { break }
            free = session(day, user, begin: begin, &random) + Self.pauseSeconds
        }
    }

    /// One session, which ends with the day. Returns when its last event was, in seconds of the day.
    private mutating func session(_ day: Int, _ user: Int, begin: Int, _ random: inout SeededRandom) -> Int {
        let channel: UInt32 = random.chance(visitors.miniProgramShare(user)) ? 2 : 1
        rows.setTrace(random.next())
        // Clients are of several ages: some do not say everything.
        let isChannelSaid = !random.chance(0.003)
        let isTimeSaid = !random.chance(0.002)
        let head = BulkRows.Head(
            deviceType: visitors.deviceType(user),
            businessType: random.chance(0.02) ? nil : 1,
            hasTrace: !random.chance(0.01)
        )
        let dayStart = day * Self.secondsADay
        var second = begin
        var last = begin
        var walk = SessionWalk(on: site, &random)
        while second < Self.secondsADay, let step = walk.next(on: site, &random) {
            items.append(
                BulkRows.Item(
                    eventSeconds: UInt32(traffic.startSeconds) + UInt32(dayStart + second),
                    isTimeGiven: isTimeSaid,
                    channel: isChannelSaid ? channel : nil,
                    operateID: channel == 2 ? 11_000 : 10_000,
                    step: step
                )
            )
            produced += 1
            last = second
            second += Int(step.staySeconds)
            // What has no time of its own is reported at once: its arrival is its time.
            let isReported = !isTimeSaid || items.count == 5 || random.chance(0.5) || produced == traffic.events
            if isReported {
                let left = isTimeSaid && step.isStayKnown ? second : last
                report(head, leftAt: dayStart + left, isTimeSaid: isTimeSaid, &random)
            }
            if produced == traffic.events { break }
        }
        report(head, leftAt: dayStart + last, isTimeSaid: isTimeSaid, &random)
        return last
    }

    /// Sends what was gathered: within seconds, or days later where the phone had no network.
    private mutating func report(
        _ head: BulkRows.Head,
        leftAt second: Int,
        isTimeSaid: Bool,
        _ random: inout SeededRandom
    ) {
        guard !items.isEmpty else { return }
        var arrival = second
        if isTimeSaid {
            arrival += random.below(3)
            if random.chance(0.005) {
                let late = second + 3_600 + random.below((ArrivalClock.latestDays * 24 - 1) * 3_600)
                if late < traffic.days * Self.secondsADay { arrival = late }
            }
        }
        let micros = arrivals.next(inSecond: min(arrival, traffic.days * Self.secondsADay - 1))
        rows.append(items, of: head, arrivalMicroseconds: UInt64(traffic.startSeconds) * 1_000_000 + micros)
        items.removeAll(keepingCapacity: true)
    }

    /// How much of the whole is over at the end of each day: busier weekends, some growth, and no day like another.
    private func dayShares() -> [Double] {
        var random = SeededRandom(seed: traffic.seed, part: .max - 1)
        var sum = 0.0
        let sums = (0..<traffic.days).map { day -> Double in
            let local = traffic.startSeconds + DemoSite.zoneSeconds + Int64(day) * DemoSite.daySeconds
            let weekend = DemoSite.weekday(atLocalSeconds: local) >= 5 ? 1.25 : 1.0
            sum += weekend * (1 + 0.5 * Double(day) / Double(traffic.days)) * (0.94 + 0.12 * random.unit())
            return sum
        }
        return sums.map { $0 / sum }
    }

    /// The mean, from a few thousand walks.
    private static func eventsAVisit(on site: DemoSite) -> Double {
        var random = SeededRandom(seed: 1)
        let visits = 4_000
        var events = 0
        for _ in 0..<visits {
            var walk = SessionWalk(on: site, &random)
            while walk.next(on: site, &random) != nil { events += 1 }
        }
        return Double(events) / Double(visits)
    }
}

/// A month of UTC: the store keeps each by itself.
private struct CalendarMonth: Equatable {
    private let text: Substring

    init(atSeconds seconds: Int64) {
        text = UTCTime.text(seconds).prefix("2024-03".count)
    }
}
