import Insights
import Synchronization

/// Prints what a live view sends, and knows how far it came.
final class LiveScreen: Sendable {
    private struct State {
        var hasBegun = false
        var lastID: String?
        var dropped: Int64 = 0
    }

    private let state = Mutex(State())
    private let asJSON: Bool
    private let lines = LiveLines(isColoured: Terminal.output.isInteractive)

    init(asJSON: Bool) {
        self.asJSON = asJSON
    }

    var hasBegun: Bool { state.withLock { $0.hasBegun } }
    /// Of the newest event that was shown.
    var lastID: String? { state.withLock { $0.lastID } }

    /// - Throws: where the server says that this was the last one.
    func show(_ event: EventStreamReader.Event) throws {
        let data = JSONValue(parsing: Array(event.data.utf8))
        switch event.name {
        case "end":
            guard case .string(let reason)? = data?["reason"] else {
                throw CommandFailure.unable("the server ends this")
            }
            throw CommandFailure.unable("the server ends this: \(reason)")
        case "gap":
            Terminal.error.line("footprint: what came in between is not in the journal any more")
        case "counters":
            tellDropped(data)
        default:
            if asJSON {
                Terminal.output.line(event.data)
            } else {
                for line in lines.lines(event) { Terminal.output.line(line) }
            }
        }
        state.withLock { state in
            state.hasBegun = true
            if let id = event.id { state.lastID = id }
        }
    }

    private func tellDropped(_ counters: JSONValue?) {
        guard case .int(let dropped)? = counters?["dropped"] else { return }
        let more = state.withLock { state in
            // A new connection counts from zero.
            defer { state.dropped = dropped }
            return dropped < state.dropped ? dropped : dropped - state.dropped
        }
        guard more > 0 else { return }
        Terminal.error.line("footprint: \(counted(Int(more), "report")) came faster than they could be shown")
    }
}
