/// A line that says how far a long command is: a bar where the end is known, a rate, the time left.
///
///     [###########>--------------]  43%  1,290,000 events  212,000/s  0:08 left  3 refused
package struct ProgressLine: Sendable, Equatable {
    /// 0 to 1; nil where the end is not known.
    var fraction: Double?
    var events: Int
    var refused: Int
    var elapsedSeconds: Double
    var waitingFor: String?

    package init(
        fraction: Double?,
        events: Int,
        refused: Int,
        elapsedSeconds: Double,
        waitingFor: String? = nil
    ) {
        self.fraction = fraction
        self.events = events
        self.refused = refused
        self.elapsedSeconds = elapsedSeconds
        self.waitingFor = waitingFor
    }

    package func text(columns: Int) -> String {
        var parts: [String] = []
        if let fraction { parts.append(padded("\(Int(min(max(fraction, 0), 1) * 100))%", 4)) }
        parts.append("\(grouped(events)) events")
        if elapsedSeconds > 0.2 { parts.append("\(grouped(Int(Double(events) / elapsedSeconds)))/s") }
        if let fraction, fraction > 0.005, fraction < 1, elapsedSeconds > 1 {
            parts.append("\(Self.clock(elapsedSeconds * (1 - fraction) / fraction)) left")
        } else {
            parts.append(Self.clock(elapsedSeconds))
        }
        if refused > 0 { parts.append("\(grouped(refused)) refused") }
        if let waitingFor { parts.append("trying again: \(waitingFor)") }
        let facts = parts.joined(separator: "  ")
        let room = columns - facts.count - 4
        guard let fraction, room >= 10 else { return String(facts.prefix(max(columns - 1, 0))) }
        return "\(Self.bar(fraction, width: min(room, 40)))  \(facts)"
    }

    private static func bar(_ fraction: Double, width: Int) -> String {
        let full = Int(Double(width) * min(max(fraction, 0), 1))
        let tip = full < width ? ">" : ""
        return "[" + String(repeating: "#", count: full) + tip
            + String(repeating: "-", count: width - full - tip.count) + "]"
    }

    /// `0:08`, `12:30`, `3:05:00`
    static func clock(_ seconds: Double) -> String {
        let whole = Int(seconds.isFinite ? min(seconds.rounded(.up), 999 * 3_600) : 999 * 3_600)
        let (hours, minutes, rest) = (whole / 3_600, whole / 60 % 60, whole % 60)
        let two = rest < 10 ? "0\(rest)" : "\(rest)"
        guard hours > 0 else { return "\(minutes):\(two)" }
        return "\(hours):\(minutes < 10 ? "0" : "")\(minutes):\(two)"
    }
}
