import Synchronization

/// Token buckets: each key may do so much a second, and five seconds' worth at once.
///
/// Memory is bounded whoever asks: buckets live in two generations of at most half the limit each. A key that is used
/// moves to the younger; when that is full the older is forgotten, and with it only keys that were idle meanwhile. A
/// forgotten key begins anew with a full bucket, which an attacker with more addresses than that gains nothing by.
///
/// Safe from many threads; off, it costs one atomic read.
package final class RateLimiter<Key: Hashable & Sendable>: Sendable {
    private let perSecond: Atomic<Int>
    private let buckets = Mutex<Buckets>(Buckets())
    private let generationLimit: Int

    private struct Buckets {
        var young: [Key: Bucket] = [:]
        var old: [Key: Bucket] = [:]
    }

    private struct Bucket {
        var tokens: Double
        var filledAtNanoseconds: UInt64
    }

    /// How many seconds' worth may come at once.
    package static var burstSeconds: Int { 5 }

    /// - Parameters:
    ///   - perSecond: 0 is no limit.
    ///   - keyLimit: buckets kept at the same time.
    package init(perSecond: Int, keyLimit: Int = 65_536) {
        self.perSecond = Atomic(perSecond)
        generationLimit = max(1, keyLimit / 2)
    }

    /// Another limit from now on; what was used so far stays used.
    package func set(perSecond: Int) {
        self.perSecond.store(perSecond, ordering: .relaxed)
    }

    package var isOff: Bool { perSecond.load(ordering: .relaxed) == 0 }

    /// Uses one of the key's tokens. nil: it may go on; otherwise the seconds after which there is one, at least 1.
    package func secondsToWait(_ key: Key, nowNanoseconds: UInt64) -> Int? {
        let perSecond = perSecond.load(ordering: .relaxed)
        guard perSecond > 0 else { return nil }
        let full = Double(perSecond * Self.burstSeconds)
        return buckets.withLock { buckets in
            var bucket =
                buckets.young[key] ?? buckets.old.removeValue(forKey: key)
                ?? Bucket(tokens: full, filledAtNanoseconds: nowNanoseconds)
            if nowNanoseconds > bucket.filledAtNanoseconds {
                let seconds = Double(nowNanoseconds - bucket.filledAtNanoseconds) / 1e9
                bucket.tokens = min(full, bucket.tokens + seconds * Double(perSecond))
                bucket.filledAtNanoseconds = nowNanoseconds
            }
            defer {
                if buckets.young[key] == nil, buckets.young.count >= generationLimit {
                    buckets.old = buckets.young
                    buckets.young = [:]
                }
                buckets.young[key] = bucket
            }
            guard bucket.tokens < 1 else {
                bucket.tokens -= 1
                return nil
            }
            return max(1, Int(((1 - bucket.tokens) / Double(perSecond)).rounded(.up)))
        }
    }

    /// Buckets that are kept.
    package var count: Int { buckets.withLock { $0.young.count + $0.old.count } }
}
