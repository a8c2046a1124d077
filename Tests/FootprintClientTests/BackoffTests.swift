import FootprintClient
import Testing

@Suite struct BackoffTests {
    /// Nearly the longest wait. Not all ones: the standard library may draw those again.
    private static let high: UInt64 = 0xFFFF_FF00_FFFF_FF00

    /// Always the same draw; 0 is the shortest wait.
    private struct Fixed: RandomNumberGenerator {
        let bits: UInt64
        mutating func next() -> UInt64 { bits }
    }

    private static func waits(_ count: Int, bits: UInt64) -> [Duration] {
        var backoff = Backoff(.init(limit: .seconds(3_600)))
        var random = Fixed(bits: bits)
        return (0..<count).compactMap { _ in backoff.wait(elapsed: .zero, notBefore: nil, using: &random) }
    }

    @Test("waits double up to ten seconds; the shortest is half of the longest")
    func curve() {
        let shortest = Self.waits(9, bits: 0)
        #expect(shortest == [50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000].map { .milliseconds($0) })
        for (low, high) in zip(shortest, Self.waits(9, bits: Self.high)) {
            #expect(high > low * 1.99 && high <= low * 2)
        }
    }

    @Test("clients that failed together do not come back together")
    func jitter() {
        var random = SystemRandomNumberGenerator()
        let waits = (0..<100).map { _ in
            var backoff = Backoff(.init(limit: .seconds(60)))
            return backoff.wait(elapsed: .zero, notBefore: nil, using: &random)
        }
        #expect(Set(waits).count > 90)
    }

    @Test("the time that the server names counts, and a tenth more at most", arguments: [UInt64(0), high])
    func serverSays(bits: UInt64) throws {
        var backoff = Backoff(.init(limit: .seconds(60)))
        var random = Fixed(bits: bits)
        let wait = try #require(backoff.wait(elapsed: .zero, notBefore: .seconds(10), using: &random))
        #expect(wait >= .seconds(10) && wait <= .seconds(11))
    }

    @Test("no try begins after the limit")
    func limit() {
        var random = Fixed(bits: 0)
        var backoff = Backoff(.init(limit: .seconds(10)))
        #expect(backoff.wait(elapsed: .seconds(9), notBefore: nil, using: &random) == .milliseconds(50))
        #expect(backoff.wait(elapsed: .seconds(9), notBefore: .seconds(2), using: &random) == nil)
        #expect(backoff.wait(elapsed: .seconds(10), notBefore: nil, using: &random) == nil)
    }

    @Test("a thousand failures are no arithmetic trap")
    func many() {
        #expect(Self.waits(1_000, bits: 0).last == .seconds(5))
    }
}
