import FootprintClient
import Synchronization

/// What became of the lines so far: written by the reading thread and the senders, read by the progress line and the
/// summary.
final class Tally: Sendable {
    struct Counts: Sendable {
        var lines = 0
        var acceptedLines = 0
        var acceptedEvents = 0
        var refusedLines = 0
        /// The first ones, for the screen.
        var refusals: [(place: LinePlace, reason: String)] = []
        /// What the senders wait for, where they wait.
        var waitingFor: String?
        /// Why sending was given up.
        var stoppedBy: ReportError?

        /// Neither accepted nor refused.
        var unsentLines: Int { lines - acceptedLines - refusedLines }

        /// Of the lines read, the part whose fate is known.
        var settledShare: Double { lines == 0 ? 1 : Double(acceptedLines + refusedLines) / Double(lines) }
    }

    /// Refusals that are kept for the screen; the rest is in the refusals' file.
    static let shownRefusals = 20

    private let state = Mutex(Counts())
    private let readBytes = Atomic<Int>(0)
    private let onRefusal: @Sendable (LinePlace, String) -> Void

    init(onRefusal: @escaping @Sendable (LinePlace, String) -> Void = { _, _ in }) {
        self.onRefusal = onRefusal
    }

    var counts: Counts { state.withLock { $0 } }

    var bytesRead: Int {
        get { readBytes.load(ordering: .relaxed) }
        set { readBytes.store(newValue, ordering: .relaxed) }
    }

    func countLine() {
        state.withLock { $0.lines += 1 }
    }

    func countLines(_ count: Int) {
        state.withLock { $0.lines += count }
    }

    func accept(_ shipment: Shipment) {
        let (lines, events) = (shipment.lineCount, shipment.eventCount)
        state.withLock { counts in
            counts.acceptedLines += lines
            counts.acceptedEvents += events
            counts.waitingFor = nil
        }
    }

    func refuse(_ places: [LinePlace], reason: String) {
        state.withLock { counts in
            counts.refusedLines += places.count
            counts.waitingFor = nil
            for place in places.prefix(max(0, Self.shownRefusals - counts.refusals.count)) {
                counts.refusals.append((place, reason))
            }
        }
        for place in places { onRefusal(place, reason) }
    }

    func wait(for reason: String) {
        state.withLock { $0.waitingFor = reason }
    }

    /// Keeps the first reason: the others follow from it.
    func stop(_ error: ReportError) {
        state.withLock { counts in
            if counts.stoppedBy == nil { counts.stoppedBy = error }
        }
    }
}
