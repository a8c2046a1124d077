import Collector
import Live
import Loader
import Synchronization

extension Health {
    /// What the live view shows beside the reports.
    var totals: LiveTotals {
        let counters = counters
        return LiveTotals(
            accepted: counters?.reportsAccepted.load(ordering: .relaxed) ?? 0,
            events: counters?.eventsAccepted.load(ordering: .relaxed) ?? 0,
            rejected: counters?.reportsRejected.load(ordering: .relaxed) ?? 0,
            repeated: loader.status.repeats,
            lagBytes: loader.lagBytes
        )
    }
}
