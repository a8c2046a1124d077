/// What is said once sending is over, and the exit code it ends with.
struct SendSummary {
    let counts: Tally.Counts
    /// Names of the files, by ``LinePlace/file``.
    let places: [String]

    /// - Parameter failure: why reading ended early.
    func conclude(_ failure: CommandFailure?) throws(CommandFailure) {
        var line = "\(grouped(counts.lines)) lines: \(grouped(counts.acceptedEvents)) events accepted, "
        line += "\(grouped(counts.refusedLines)) lines refused"
        if counts.unsentLines > 0 { line += ", \(grouped(counts.unsentLines)) lines not sent" }
        Terminal.output.line(line)
        for refusal in counts.refusals {
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
}
