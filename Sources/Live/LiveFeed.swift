import CFootprint
package import Journal
import Loader
import Synchronization

/// Shows reports as they come to whoever looks on: the journal is read while somebody does, and not otherwise.
///
/// Reading and decoding is done on one thread at the loader's priority, for all listeners together: however many look
/// on, the intake keeps the processors. Each listener reads at the speed at which its client does; one that falls too
/// far behind passes over what it missed, and is told how much that was.
package final class LiveFeed: Sendable {
    /// More would be decoding the same reports for a crowd.
    package static let listenersAtMost = 32

    private let journal: Journal
    private let lagLimitBytes: UInt64
    private let executor = ThreadExecutor(name: "live") { footprint_nice_thread(10) }
    private let listening = Atomic<Int>(0)
    private let hasEnded = Atomic<Bool>(false)

    /// - Parameter lagLimitBytes: how far a listener may be behind what is durable.
    package init(journal: Journal, lagLimitBytes: UInt64 = 64 << 20) {
        self.journal = journal
        self.lagLimitBytes = lagLimitBytes
    }

    /// One place among the listeners, held as long as the object is.
    package final class Seat: Sendable {
        private let feed: LiveFeed

        fileprivate init(_ feed: LiveFeed) {
            self.feed = feed
        }

        deinit {
            feed.listening.wrappingSubtract(1, ordering: .relaxed)
        }
    }

    /// nil where as many listen as may, or the feed has ended.
    package func takeSeat() -> Seat? {
        guard !isEnded else { return nil }
        guard listening.wrappingAdd(1, ordering: .relaxed).newValue <= Self.listenersAtMost else {
            listening.wrappingSubtract(1, ordering: .relaxed)
            return nil
        }
        return Seat(self)
    }

    /// How many listen now.
    package var listeners: Int { listening.load(ordering: .relaxed) }

    /// Lets every listener end, within a moment; for the server's stop.
    package func end() {
        hasEnded.store(true, ordering: .relaxed)
    }

    package var isEnded: Bool { hasEnded.load(ordering: .relaxed) }

    /// Listens from now on, or from behind the report that arrived at `arrival` (Unix microseconds), as far as the
    /// journal still holds it.
    package func listen(_ filter: LiveFilter, after arrival: UInt64? = nil) -> LiveListener {
        LiveListener(
            journal: journal,
            executor: executor,
            filter: filter,
            after: arrival,
            lagLimitBytes: lagLimitBytes
        )
    }
}
