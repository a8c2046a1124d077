package import Synchronization

/// What erasure and retention did since the start, for metrics.
package final class PrivacyCounters: Sendable {
    package let erasures = Atomic<UInt64>(0)
    package let erasuresPending = Atomic<UInt64>(0)
    package let eventsDropped = Atomic<UInt64>(0)
    package let refusedDropped = Atomic<UInt64>(0)
    package let segmentsDropped = Atomic<UInt64>(0)
    /// 1 while the last run of retention did all that it had to.
    package let retentionWorks = Atomic<Bool>(true)

    package init() {}
}
