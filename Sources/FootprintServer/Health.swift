import Collector
import EventStore
import Journal
import Loader
import Logging
import Privacy
import Synchronization

/// What the parts say about themselves, put together.
final class Health: Sendable {
    let journal: Journal
    let loader: Loader
    let store: any EventStore
    private let collector = Mutex<Collector?>(nil)
    private let draining = Atomic<Bool>(false)
    /// As it was last told to the log.
    private let journalTrouble = Mutex<String?>(nil)
    /// Refused reports that made room for newer ones.
    let refusalsDropped = Atomic<UInt64>(0)
    /// What erasure and retention did.
    let privacy = PrivacyCounters()

    init(journal: Journal, loader: Loader, store: any EventStore) {
        self.journal = journal
        self.loader = loader
        self.store = store
    }

    func watch(_ collector: Collector) {
        self.collector.withLock { $0 = collector }
    }

    func startDraining() {
        draining.store(true, ordering: .relaxed)
    }

    var counters: CollectorCounters? { collector.withLock { $0?.counters } }

    struct Report {
        var isReady: Bool
        var json: String
    }

    /// Ready means: a report can be stored now. A store that is down makes the loader late, not the intake unready: it is
    /// told in `loading`. Anybody may ask, so it says that something is wrong and not what: paths and the engine's own
    /// words are in the log.
    func report() -> Report {
        let isDraining = draining.load(ordering: .relaxed)
        let isFailing = journal.lastError != nil && !journal.hasSpaceAgain
        let hasRoom = journal.hasRoom
        let journalState =
            isDraining ? "stopping" : isFailing ? Self.failing : hasRoom ? "ok" : "too much waits to be written"
        let isReady = !isDraining && !isFailing && hasRoom
        let loadingState = loader.status.trouble == nil && store.trouble == nil ? "ok" : Self.failing
        return Report(
            isReady: isReady,
            json: #"{"ready":\#(isReady),"journal":"\#(journalState)","#
                + #""loading":"\#(loadingState)","loader_lag_bytes":\#(loader.lagBytes)}"# + "\n"
        )
    }

    /// Writes the journal's trouble to the log once, and its end.
    func tellChanges(_ logger: Logger) {
        let reason = journal.lastError?.description
        let isNew = journalTrouble.withLock { told in
            defer { told = reason }
            return told != reason
        }
        guard isNew else { return }
        if let reason {
            logger.critical(
                "reports cannot be stored: the journal cannot be written",
                metadata: ["reason": "\(reason)"]
            )
        } else {
            logger.notice("reports are stored again")
        }
    }

    private static let failing = "failing: the log says why"
}
