/// Counts of times in log-linear buckets: 64 to each power of two, so that every quantile is exact to 1/64 (1.6 %)
/// whatever its size. Recording is two shifts and an addition.
package struct LatencyHistogram: Sendable {
    private static let subBits = 6
    private static let subBuckets = 1 << subBits

    private var counts = [UInt64](repeating: 0, count: (64 - subBits + 1) * subBuckets)
    package private(set) var total: UInt64 = 0
    package private(set) var largest: UInt64 = 0

    package init() {}

    /// - Parameter value: in whatever unit the caller counts.
    package mutating func record(_ value: UInt64) {
        counts[Self.bucket(value)] += 1
        total += 1
        largest = max(largest, value)
    }

    /// The value that `fraction` of all values do not exceed: a bucket's upper end, never more than the largest.
    package func quantile(_ fraction: Double) -> UInt64 {
        guard total > 0 else { return 0 }
        let rank = max(1, UInt64((Double(total) * fraction).rounded(.up)))
        var seen: UInt64 = 0
        for (bucket, count) in counts.enumerated() where count > 0 {
            seen += count
            if seen >= rank { return min(Self.upperEnd(bucket), largest) }
        }
        return largest
    }

    /// Values under 128 have a bucket each; then 64 buckets a power of two.
    private static func bucket(_ value: UInt64) -> Int {
        let shift = max(0, 63 - subBits - value.leadingZeroBitCount)
        return shift * subBuckets + Int(value >> UInt64(shift))
    }

    private static func upperEnd(_ bucket: Int) -> UInt64 {
        let shift = max(0, bucket / subBuckets - 1)
        let base = UInt64(bucket - shift * subBuckets)
        return (base + 1) << UInt64(shift) &- 1
    }
}
