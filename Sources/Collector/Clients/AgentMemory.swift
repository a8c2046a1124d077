import Reports

#if canImport(Musl)
import Musl
#else
import Glibc
#endif

/// What the last `User-Agent` of a connection was taken for: a client says the same one each time, and looking at it
/// costs more than comparing it.
struct AgentMemory {
    private var last: [UInt8] = []
    private var suspected: SuspectedAgent?

    mutating func suspected(_ userAgent: UnsafeRawBufferPointer) -> SuspectedAgent? {
        let isKnown = last.withUnsafeBytes { last in
            guard last.count == userAgent.count else { return false }
            guard let one = last.baseAddress, let other = userAgent.baseAddress else { return true }
            return memcmp(one, other, last.count) == 0
        }
        if !isKnown {
            last = Array(userAgent)
            suspected = SuspectedAgent(userAgent: userAgent)
        }
        return suspected
    }
}
