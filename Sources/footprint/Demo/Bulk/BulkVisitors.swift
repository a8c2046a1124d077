/// Who visits: some 12 bytes a person, so that ten million of them fit.
///
/// Most come rarely, a few nearly every day. Half were there before the first day, the others join on some day; many
/// leave after a few days, others stay for months.
struct BulkVisitors {
    private struct Visitor {
        var keenness: Float
        /// Negative where the visitor was there before the first day.
        var joinedDay: Int16
        var lastDay: Int16
        /// Index of ``miniProgramShares``.
        var way: UInt8
        /// As reported; 0 where the client does not say.
        var deviceType: UInt8
    }

    private let visitors: [Visitor]
    private static let miniProgramShares = [0.03, 0.5, 0.95]

    init(_ traffic: BulkTraffic) {
        let days = traffic.days
        visitors = (0..<traffic.users).map { index in
            var random = SeededRandom(seed: traffic.seed, part: UInt64(index))
            let draw = random.unit()
            let isEarly = random.chance(0.55)
            let joined = isEarly ? -1 - random.below(365) : random.below(days)
            let meanStay = random.chance(0.3) ? 5.0 : 240.0
            let stay = -meanStay * naturalLogarithm(1 - random.unit())
            let way = random.below(3)
            let isSilent = random.chance(0.01)
            let deviceType: UInt8 = random.chance(0.64) ? 1 : 2
            // The first one is always there, so that no day is without anybody.
            let last = index == 0 ? Double(days) : Double(max(0, joined)) + stay
            return Visitor(
                keenness: Float(0.04 + 0.86 * draw * draw * draw),
                joinedDay: Int16(index == 0 ? -1 : joined),
                lastDay: Int16(min(last, Double(days))),
                way: UInt8(way),
                deviceType: isSilent ? 0 : deviceType
            )
        }
    }

    /// How much of a day's visits are this visitor's, in comparison to others.
    func weight(_ index: Int, onDay day: Int) -> Double {
        let visitor = visitors[index]
        let since = day - Int(visitor.joinedDay)
        guard since >= 0, day <= Int(visitor.lastDay) else { return 0 }
        if since == 0 { return 1 }
        return Double(visitor.keenness) * (0.85 + 2 / (4 + Double(since)))
    }

    func deviceType(_ index: Int) -> UInt32? {
        let type = visitors[index].deviceType
        return type == 0 ? nil : UInt32(type)
    }

    /// Probability of coming by mini-program.
    func miniProgramShare(_ index: Int) -> Double {
        Self.miniProgramShares[Int(visitors[index].way)]
    }
}
