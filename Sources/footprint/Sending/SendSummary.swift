/// What is said once sending is over, and the exit code it ends with.
struct SendSummary {
    let counts: Tally.Counts
    /// Names of the files, by ``LinePlace/file``.
    let places: [String]

    /// - Parameter failure: why reading ended early.
    func conclude(_ failure: CommandFailure?) throws(CommandFailure) {
        if counts.lines > 0 || failure == nil { sayCounts() }
        let refusals = counts.refusals.sorted { ($0.place.file, $0.place.line) < ($1.place.file, $1.place.line) }
        for refusal in refusals {
            Terminal.error.line("\(places[Int(refusal.place.file)]):\(refusal.place.line): \(refusal.reason)")
        }
        let more = counts.refusedLines - counts.refusals.count
        if more > 0 { Terminal.error.line("and \(grouped(more)) more; --refused FILE lists all") }

        if let stopped = counts.stoppedBy { throw .unable("could not send: \(stopped)") }
        if let failure { throw failure }
        if counts.refusedLines > 0 {
            // The list above has said it.
            throw .found("")
        }
    }

    private func sayCounts() {
        var line = "\(counted(counts.lines, "line")) read: \(counted(counts.acceptedEvents, "event")) accepted, "
        line += "\(counted(counts.refusedLines, "line")) refused"
        if counts.unsentLines > 0 { line += ", \(counted(counts.unsentLines, "line")) not sent" }
        Terminal.output.line(line)
    }
}
