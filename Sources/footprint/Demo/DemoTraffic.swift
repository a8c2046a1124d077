package import FootprintClient

/// Believable visits of made-up users: the same for the same seed, number of users and days, and last day.
///
/// - Users differ: most come rarely, a few every day; some join during the period, and fewer come back the longer ago
///   they joined.
/// - Days have a rhythm (quiet nights, a noon and an evening peak, busier weekends), pages a ranking, sessions a start
///   page, a walk from page to page and an end.
/// - Each user has a phone (Android or iOS) and mostly comes by one way (H5 or mini-program).
package struct DemoTraffic: Sendable {
    let seed: UInt64
    let users: Int
    let days: Int
    /// Nothing happens later than this; Unix seconds.
    let nowSeconds: Int64

    package init(seed: UInt64, users: Int, days: Int, nowSeconds: Int64) {
        self.seed = seed
        self.users = users
        self.days = days
        self.nowSeconds = nowSeconds
    }

    private let site = DemoSite(pages: 40)
    private let hour = WeightedChoice(DemoSite.hours)

    /// Midnight of the first day, in the demo's zone.
    private var firstDay: Int64 {
        let local = nowSeconds + DemoSite.zoneSeconds
        return local - local % DemoSite.daySeconds - DemoSite.zoneSeconds - Int64(days - 1) * DemoSite.daySeconds
    }

    /// One user and all that user does, in order of time.
    package func visits(ofUser index: Int) -> (head: ReportHead, items: [ReportItem]) {
        var random = SeededRandom(seed: seed, part: UInt64(index))
        let visitor = Visitor(index: index, days: days, &random)
        var items: [ReportItem] = []
        for day in max(0, visitor.joinedDay)..<days
        where random.chance(visitor.activity(onDay: day, weekday: weekday(day))) {
            var starts: [Int64] = []
            repeat {
                let second = hour.draw(&random) * 3_600 + random.below(3_600)
                starts.append(firstDay + Int64(day) * DemoSite.daySeconds + Int64(second))
            } while starts.count < 6 && random.chance(0.28)
            for start in starts.sorted() {
                // A session begins after the one before it has ended.
                let begin = max(start, (items.last?.eventTime ?? 0) + 1_900)
                items += session(of: visitor, begin: begin, &random)
            }
        }
        return (visitor.head, items.filter { ($0.eventTime ?? 0) <= nowSeconds })
    }

    /// 0 is Monday.
    private func weekday(_ day: Int) -> Int {
        DemoSite.weekday(atLocalSeconds: firstDay + DemoSite.zoneSeconds + Int64(day) * DemoSite.daySeconds)
    }

    private func session(of visitor: Visitor, begin: Int64, _ random: inout SeededRandom) -> [ReportItem] {
        let channel: UInt32 = random.chance(visitor.miniProgram) ? 2 : 1
        let traceID = "demo-" + String(random.next(), radix: 36)
        var items: [ReportItem] = []
        var time = begin
        var walk = SessionWalk(on: site, &random)
        while let step = walk.next(on: site, &random) {
            items.append(
                ReportItem(
                    eventTime: time,
                    channel: channel,
                    operateID: channel == 2 ? 11_000 : 10_000,
                    pageID: step.page,
                    posID: step.position,
                    prevID: step.previous,
                    traceID: traceID,
                    durationSeconds: step.isStayKnown ? UInt64(step.staySeconds) : nil
                )
            )
            time += step.staySeconds
        }
        return items
    }
}

/// What stays the same about a user.
private struct Visitor {
    let head: ReportHead
    /// Negative where the user was there before the first day.
    let joinedDay: Int
    /// Probability of coming by mini-program.
    let miniProgram: Double
    private let keenness: Double

    init(index: Int, days: Int, _ random: inout SeededRandom) {
        let openid = String(random.next(), radix: 16)
        head = ReportHead(
            uid: String(10_000_001 + index),
            openid: "oDemo" + openid,
            deviceType: random.chance(0.64) ? 1 : 2,
            businessType: 1
        )
        joinedDay = random.chance(0.55) ? -1 - random.below(365) : random.below(days)
        miniProgram = [0.03, 0.5, 0.95][random.below(3)]
        let draw = random.unit()
        keenness = 0.04 + 0.86 * draw * draw * draw
    }

    func activity(onDay day: Int, weekday: Int) -> Double {
        if day == joinedDay { return 1 }
        let since = Double(day - joinedDay)
        let weekend = weekday >= 5 ? 1.25 : 1.0
        return min(0.97, keenness * weekend * (0.85 + 0.5 / (1 + since / 4)))
    }
}
