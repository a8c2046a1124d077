/// How long to wait before each further try, and when to stop trying.
///
/// The wait doubles from `first` to `longest`; each is drawn from its upper half, so that clients which failed together
/// do not come back together:
///
/// | try after failure | 1 | 2 | 3 | 4 | … | 8 and later |
/// |---|---|---|---|---|---|---|
/// | seconds | 0.05–0.1 | 0.1–0.2 | 0.2–0.4 | 0.4–0.8 | … | 5–10 |
///
/// Where the server named a time (`Retry-After`), that time counts, plus up to a tenth of it.
package struct Backoff: Sendable {
    package struct Policy: Sendable {
        package var first = Duration.milliseconds(100)
        package var longest = Duration.seconds(10)
        /// No try starts later than this after the first one.
        package var limit: Duration

        package init(limit: Duration) {
            self.limit = limit
        }
    }

    private let policy: Policy
    private var failures = 0

    package init(_ policy: Policy) {
        self.policy = policy
    }

    /// The wait before the next try; nil where it would start after the limit.
    package mutating func wait(
        elapsed: Duration,
        notBefore: Duration?,
        using random: inout some RandomNumberGenerator
    ) -> Duration? {
        // 2^20 × 100 ms is over a day: far past every limit, and the shift cannot overflow.
        let ceiling = min(policy.first * (1 << min(failures, 20)), policy.longest)
        failures += 1
        let wait =
            if let notBefore {
                notBefore + notBefore * Double.random(in: 0..<0.1, using: &random)
            } else {
                ceiling * Double.random(in: 0.5..<1, using: &random)
            }
        return elapsed + wait <= policy.limit ? wait : nil
    }
}
