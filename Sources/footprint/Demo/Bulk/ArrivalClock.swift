/// Gives each report a microsecond of its own to arrive in: no two reports of a store may share one.
///
/// Counts the reports of every second within a window of days, and scatters them over the second. Memory is the
/// window's, not the period's: 6 days × 86,400 × 4 B = 2 MB.
struct ArrivalClock {
    /// How many days after the one it happened on a report may arrive, at most.
    static let latestDays = 3

    private static let windowDays = latestDays + 3
    private static let secondsADay = Int(DemoSite.daySeconds)
    private static let microseconds: UInt32 = 1_000_000
    /// Has no common factor with a million: every number below that comes once.
    private static let stride: UInt64 = 617_843

    private var counts = [UInt32](repeating: 0, count: windowDays * secondsADay)

    /// Days are begun one after the other; what happened before the last one has arrived.
    mutating func begin(day: Int) {
        let recycled = (day + Self.latestDays + 1) % Self.windowDays * Self.secondsADay
        for second in recycled..<recycled + Self.secondsADay { counts[second] = 0 }
    }

    /// The microsecond for a report that arrives in `second` (seconds since the first day), or in the first one after
    /// it that has one left. Counted from the first day too.
    mutating func next(inSecond second: Int) -> UInt64 {
        var second = second
        while true {
            let slot = second % counts.count
            let count = counts[slot]
            guard count < Self.microseconds else {
                second += 1
                continue
            }
            counts[slot] = count + 1
            let scattered = (UInt64(count) * Self.stride + UInt64(second) * 7_919) % UInt64(Self.microseconds)
            return UInt64(second) * UInt64(Self.microseconds) + scattered
        }
    }
}
