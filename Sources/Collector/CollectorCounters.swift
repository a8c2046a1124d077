package import Synchronization

/// What the intake counted since the start. Written by event loops without a lock, read by whoever asks.
package final class CollectorCounters: Sendable {
    package let reportsAccepted = Atomic<UInt64>(0)
    package let eventsAccepted = Atomic<UInt64>(0)
    package let bytesAccepted = Atomic<UInt64>(0)
    package let reportsRejected = Atomic<UInt64>(0)
    /// Refused reports that the journal keeps, and those that it could not keep.
    package let refusalsKept = Atomic<UInt64>(0)
    package let refusalsLost = Atomic<UInt64>(0)
    package let reportsUnauthorized = Atomic<UInt64>(0)
    /// Over a limit of reports a second.
    package let reportsLimited = Atomic<UInt64>(0)
    package let reportsTooLarge = Atomic<UInt64>(0)
    package let reportsBusy = Atomic<UInt64>(0)
    package let connectionsOpen = Atomic<Int>(0)
    package let connectionsRefused = Atomic<UInt64>(0)
    package let connectionsTimedOut = Atomic<UInt64>(0)
    package let malformedRequests = Atomic<UInt64>(0)
    /// Bytes of requests that have not come whole.
    package let bufferedBytes = Atomic<Int>(0)

    private let reasons = Mutex<[String: UInt64]>([:])

    package init() {}

    func count(rejection code: String) {
        reportsRejected.wrappingAdd(1, ordering: .relaxed)
        reasons.withLock { $0[code, default: 0] += 1 }
    }

    /// Refused reports by reason code.
    package var rejectionsByReason: [String: UInt64] { reasons.withLock { $0 } }
}
