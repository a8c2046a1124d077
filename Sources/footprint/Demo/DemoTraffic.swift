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

    /// China Standard Time, which has no summer time.
    private static let zoneSeconds: Int64 = 8 * 3_600
    private static let daySeconds: Int64 = 86_400
    private static let pages = 40

    private let startPage = WeightedChoice([58, 12, 8, 6, 5, 4, 3, 2, 1, 1])
    private let anyPage = WeightedChoice.zipf(pages, exponent: 1.1)
    private let hour = WeightedChoice([
        18, 10, 6, 4, 3, 4, 10, 24, 38, 44, 46, 52, 68, 60, 48, 46, 48, 54, 66, 82, 96, 100, 78, 44,
    ])

    /// Midnight of the first day, in the demo's zone.
    private var firstDay: Int64 {
        let local = nowSeconds + Self.zoneSeconds
        return local - local % Self.daySeconds - Self.zoneSeconds - Int64(days - 1) * Self.daySeconds
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
                starts.append(firstDay + Int64(day) * Self.daySeconds + Int64(second))
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
        // 1970-01-01 was a Thursday.
        Int((firstDay + Self.zoneSeconds) / Self.daySeconds + Int64(day) + 3) % 7
    }

    private func session(of visitor: Visitor, begin: Int64, _ random: inout SeededRandom) -> [ReportItem] {
        let channel: UInt32 = random.chance(visitor.miniProgram) ? 2 : 1
        let traceID = "demo-" + String(random.next(), radix: 36)
        var items: [ReportItem] = []
        var page = startPage.draw(&random) + 1
        var time = begin
        // A third looks at one page only; the others go on with a probability that falls slowly.
        var goesOn = random.chance(0.66)
        while true {
            let stay = stay(onPage: page, &random)
            items.append(
                ReportItem(
                    eventTime: time,
                    channel: channel,
                    operateID: channel == 2 ? 11_000 : 10_000,
                    pageID: UInt32(page),
                    posID: items.isEmpty ? nil : UInt32(1 + random.below(6)),
                    prevID: items.last?.pageID,
                    traceID: traceID,
                    // Of the last page many clients never learn how long it was looked at.
                    durationSeconds: goesOn || random.chance(0.6) ? UInt64(stay) : nil
                )
            )
            guard goesOn, items.count < 40 else { return items }
            time += stay
            page = pageAfter(page, &random)
            goesOn = random.chance(0.8)
        }
    }

    /// Mostly one of a page's few links, sometimes anywhere.
    private func pageAfter(_ page: Int, _ random: inout SeededRandom) -> Int {
        guard random.chance(0.72) else { return anyPage.draw(&random) + 1 }
        let link = random.chance(0.5) ? 0 : 1 + random.below(3)
        return (page * 3 + link * 7) % Self.pages + 1
    }

    /// Seconds, skewed as reading times are: a median of some 20, now and then minutes.
    private func stay(onPage page: Int, _ random: inout SeededRandom) -> Int64 {
        // Twelve uniform numbers make a normal one.
        let normal = (0..<12).reduce(-6.0) { sum, _ in sum + random.unit() }
        let median = 12.0 + Double(page % 5) * 6
        return max(1, min(1_500, Int64(median * exponential(normal * 0.8))))
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
