import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The time of day, as the intake needs it.
package enum WallClock {
    /// Unix microseconds.
    package static func microseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(max(time.tv_sec, 0)) * 1_000_000 + UInt64(time.tv_nsec) / 1_000
    }
}

/// Arrival times: Unix microseconds that never repeat and never go back, whatever the clock does, so that (event_time,
/// arrival, item index) is a total order.
final class ArrivalClock: Sendable {
    private let last = Atomic<UInt64>(0)

    func next() -> UInt64 {
        let now = WallClock.microseconds()
        var previous = last.load(ordering: .relaxed)
        while true {
            let arrival = max(now, previous + 1)
            let (exchanged, original) = last.compareExchange(
                expected: previous,
                desired: arrival,
                ordering: .relaxed
            )
            if exchanged { return arrival }
            previous = original
        }
    }
}

/// `Date` header values: `Tue, 24 Nov 2026 08:00:00 GMT`.
enum HTTPDate {
    static func format(unixSeconds: Int64) -> String {
        var time = time_t(unixSeconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) "
            + "\(parts.tm_year + 1900) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
    }
}
