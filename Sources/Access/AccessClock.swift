#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The time, as ``Access`` is given it: never a global, so that tests can move it.
package struct AccessClock: Sendable {
    /// Unix seconds; may jump either way.
    package var unixSeconds: @Sendable () -> Int64
    /// Nanoseconds from any origin; never goes back.
    package var monotonicNanoseconds: @Sendable () -> UInt64

    package init(
        unixSeconds: @escaping @Sendable () -> Int64,
        monotonicNanoseconds: @escaping @Sendable () -> UInt64
    ) {
        self.unixSeconds = unixSeconds
        self.monotonicNanoseconds = monotonicNanoseconds
    }

    package static let system = AccessClock(
        unixSeconds: { Int64(read(CLOCK_REALTIME).tv_sec) },
        monotonicNanoseconds: {
            let time = read(CLOCK_MONOTONIC)
            return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
        }
    )

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        clock_gettime(clock, &time)
        return time
    }
}
