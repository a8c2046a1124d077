import Synchronization

/// Slows guessing of tokens, at the sign-in and by `Authorization` alike: after some failures an address waits before
/// its next try.
///
///     failures      1…5    6    7    8   …   13 and more
///     wait before     0    2 s  4 s  8 s  …   256 s
///
/// Forgotten 15 minutes after the last failure, or on success. The table is bounded: full, it gives up the address
/// whose failure is oldest, which costs a guesser with that many addresses nothing, but tokens carry a 256-bit
/// signature: the point is the noise, not the secret.
final class SignInThrottle: Sendable {
    static let freeFailures = 5
    static let longestWaitSeconds: Int64 = 256
    static let memorySeconds: Int64 = 15 * 60
    static let limit = 4_096

    private struct Failures {
        var count: Int
        var lastAtSeconds: Int64

        var nextTryAtSeconds: Int64 {
            guard count > freeFailures else { return lastAtSeconds }
            let doublings = min(count - freeFailures, 8)
            return lastAtSeconds + min(1 << Int64(doublings), longestWaitSeconds)
        }
    }

    private let table = Mutex<[String: Failures]>([:])

    /// Seconds until this address may try again; nil: now.
    func waitSeconds(address: String, nowSeconds: Int64) -> Int? {
        table.withLock { table in
            guard let failures = table[address] else { return nil }
            if nowSeconds >= failures.lastAtSeconds + Self.memorySeconds {
                table[address] = nil
                return nil
            }
            let wait = failures.nextTryAtSeconds - nowSeconds
            return wait > 0 ? Int(wait) : nil
        }
    }

    func failed(address: String, nowSeconds: Int64) {
        table.withLock { table in
            if table[address] == nil, table.count >= Self.limit {
                table = table.filter { nowSeconds < $0.value.lastAtSeconds + Self.memorySeconds }
                if table.count >= Self.limit,
                    let oldest = table.min(by: { $0.value.lastAtSeconds < $1.value.lastAtSeconds })
                {
                    table[oldest.key] = nil
                }
            }
            table[address, default: Failures(count: 0, lastAtSeconds: nowSeconds)].count += 1
            table[address]?.lastAtSeconds = nowSeconds
        }
    }

    func succeeded(address: String) {
        table.withLock { table in
            table[address] = nil
        }
    }
}
