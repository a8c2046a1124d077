import Collector
import Journal
import Loader
import Synchronization

/// What the parts say about themselves, put together.
final class Health: Sendable {
    let journal: Journal
    let loader: Loader
    private let collector = Mutex<Collector?>(nil)
    private let draining = Atomic<Bool>(false)

    init(journal: Journal, loader: Loader) {
        self.journal = journal
        self.loader = loader
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

    /// Ready means: a report can be stored now. A store that is down makes the loader late, not the intake unready:
    /// it is told in `loading`.
    func report() -> Report {
        let isDraining = draining.load(ordering: .relaxed)
        let journalTrouble = journal.lastError.flatMap { journal.hasSpaceAgain ? nil : $0.description }
        let isReady = !isDraining && journalTrouble == nil && journal.hasRoom
        let status = loader.status
        let journalState =
            isDraining ? "stopping" : journalTrouble ?? (journal.hasRoom ? "ok" : "too much waits to be written")
        return Report(
            isReady: isReady,
            json: #"{"ready":\#(isReady),"journal":"\#(escaped(journalState))","#
                + #""loading":"\#(escaped(status.trouble ?? "ok"))","loader_lag_bytes":\#(loader.lagBytes)}"# + "\n"
        )
    }

    private func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case _ where scalar.value < 0x20: escaped += " "
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
