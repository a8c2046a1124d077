/// The pages that made-up visitors see, and which lead where.
struct DemoSite: Sendable {
    let pages: Int
    fileprivate let startPage = WeightedChoice([58, 12, 8, 6, 5, 4, 3, 2, 1, 1])
    private let anyPage: WeightedChoice

    init(pages: Int) {
        self.pages = pages
        anyPage = .zipf(pages, exponent: 1.1)
    }

    /// How many visits begin in each hour of a day in ``zoneSeconds``: quiet nights, a noon and an evening peak.
    static let hours: [Double] = [
        18, 10, 6, 4, 3, 4, 10, 24, 38, 44, 46, 52, 68, 60, 48, 46, 48, 54, 66, 82, 96, 100, 78, 44,
    ]

    /// China Standard Time, which has no summer time.
    static let zoneSeconds: Int64 = 8 * 3_600
    static let daySeconds: Int64 = 86_400

    /// 0 is Monday.
    static func weekday(atLocalSeconds seconds: Int64) -> Int {
        // 1970-01-01 was a Thursday.
        Int(seconds / daySeconds + 3) % 7
    }

    /// Mostly one of a page's few links, sometimes anywhere.
    fileprivate func pageAfter(_ page: Int, _ random: inout SeededRandom) -> Int {
        guard random.chance(0.72) else { return anyPage.draw(&random) + 1 }
        let link = random.chance(0.5) ? 0 : 1 + random.below(3)
        return (page * 3 + link * 7) % pages + 1
    }

    /// Seconds, skewed as reading times are: a median of some 20, now and then minutes.
    fileprivate func stay(onPage page: Int, _ random: inout SeededRandom) -> Int64 {
        // Twelve uniform numbers make a normal one.
        var normal = -6.0
        for _ in 0..<12 { normal += random.unit() }
        let median = 12.0 + Double(page % 5) * 6
        return max(1, min(1_500, Int64(median * exponential(normal * 0.8))))
    }
}

/// One session: a start page, a walk from page to page, an end.
struct SessionWalk {
    struct Step {
        var page: UInt32
        /// Where on the page before it the visitor went on; the first page was not come to from another.
        var position: UInt32?
        var previous: UInt32?
        var staySeconds: Int64
        /// Of the last page many clients never learn how long it was looked at.
        var isStayKnown: Bool
    }

    private static let stepsAtMost = 40

    private var page: Int
    private var previous: Int?
    private var goesOn: Bool
    private var steps = 0

    init(on site: DemoSite, _ random: inout SeededRandom) {
        page = site.startPage.draw(&random) + 1
        // A third looks at one page only; the others go on with a probability that falls slowly.
        goesOn = random.chance(0.66)
    }

    mutating func next(on site: DemoSite, _ random: inout SeededRandom) -> Step? {
        if steps > 0 {
            guard goesOn, steps < Self.stepsAtMost else { return nil }
            previous = page
            page = site.pageAfter(page, &random)
            goesOn = random.chance(0.8)
        }
        let stay = site.stay(onPage: page, &random)
        let position = steps == 0 ? nil : UInt32(1 + random.below(6))
        let isStayKnown = goesOn || random.chance(0.6)
        steps += 1
        return Step(
            page: UInt32(page),
            position: position,
            previous: previous.map { UInt32($0) },
            staySeconds: stay,
            isStayKnown: isStayKnown
        )
    }
}
