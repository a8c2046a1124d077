import Synchronization

/// Spaces events out evenly: after N events the next may start N / rate seconds later.
final class Pacer: Sendable {
    private let perEvent: Duration
    private let next = Mutex<ContinuousClock.Instant?>(nil)

    init(eventsPerSecond: Int) {
        perEvent = .nanoseconds(1_000_000_000 / eventsPerSecond)
    }

    func wait(for events: Int) async {
        let now = ContinuousClock.now
        let start = next.withLock { next in
            // Time in which nothing was there to send is not made up for by a burst.
            let start = max(next ?? now, now)
            next = start + perEvent * events
            return start
        }
        try? await Task.sleep(until: start, clock: .continuous)
    }
}
