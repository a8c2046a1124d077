import Testing
import footprint

@Suite struct LatencyHistogramTests {
    @Test("a quantile is never below the true one, and at most 1/64 above", arguments: [1, 2, 63, 1_000, 99_999])
    func quantiles(count: Int) {
        var histogram = LatencyHistogram()
        var values: [UInt64] = []
        var state = UInt64(count)
        for _ in 0..<count {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            // From nanoseconds to minutes, every size of it.
            values.append((state >> 20) >> (state % 43))
        }
        for value in values { histogram.record(value) }
        values.sort()
        for fraction in [0, 0.1, 0.5, 0.9, 0.99, 0.999, 1] {
            let rank = max(1, Int((Double(count) * fraction).rounded(.up)))
            let exact = values[rank - 1]
            let found = histogram.quantile(fraction)
            #expect(found >= exact && found <= exact + exact / 64, "\(fraction): \(found) for \(exact)")
        }
        #expect(histogram.quantile(1) == values.last)
        #expect(histogram.total == UInt64(count))
    }

    @Test("the smallest and the largest value are no trap")
    func extremes() {
        var histogram = LatencyHistogram()
        #expect(histogram.quantile(0.5) == 0)
        histogram.record(0)
        #expect(histogram.quantile(1) == 0)
        histogram.record(.max)
        #expect(histogram.quantile(0.5) == 0)
        #expect(histogram.quantile(1) == .max)
    }
}
