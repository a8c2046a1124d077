/// Shows a ``ProgressLine`` on stderr while a command works: redrawn in place for a person, a plain line every five
/// seconds for a log.
struct ProgressReporter: Sendable {
    private let terminal = Terminal.error

    /// Runs `work` beside the display; the last state is shown when it is done.
    func show<Result: Sendable>(
        _ line: @escaping @Sendable () -> ProgressLine,
        during work: () async throws -> Result
    ) async rethrows -> Result {
        let isInteractive = terminal.isInteractive
        let ticker = Task {
            while true {
                try await Task.sleep(for: isInteractive ? .milliseconds(200) : .seconds(5))
                draw(line(), isInteractive)
            }
        }
        defer {
            ticker.cancel()
            if isInteractive {
                draw(line(), true)
                terminal.write("\n")
            }
        }
        return try await work()
    }

    private func draw(_ line: ProgressLine, _ isInteractive: Bool) {
        if isInteractive {
            // To the first column, and clear what an older, longer line left.
            terminal.write("\r" + line.text(columns: terminal.columns) + "\u{1B}[K")
        } else {
            terminal.line(line.text(columns: 200))
        }
    }
}
