import Insights

/// What was measured for one size of report.
struct BenchRow: Sendable {
    var events: Int
    var reportsPerSecond: Double
    var eventsPerSecond: Double
    var p50Milliseconds: Double
    var p99Milliseconds: Double
    var p999Milliseconds: Double
    /// nil where the server is not ours.
    var cpuSecondsPerMillionEvents: Double?
    var journalBytesPerEvent: Double?
    var otherAnswers: Int
    /// One of the other answers.
    var example: String?

    static let columns = [
        "events/report", "reports/s", "events/s", "p50 ms", "p99 ms", "p99.9 ms", "CPU s/M events", "journal B/event",
        "not 0",
    ]

    var cells: [JSONValue] {
        [
            .int(Int64(events)), .int(Int64(reportsPerSecond)), .int(Int64(eventsPerSecond)), .double(p50Milliseconds),
            .double(p99Milliseconds), .double(p999Milliseconds), rounded(cpuSecondsPerMillionEvents),
            rounded(journalBytesPerEvent), .int(Int64(otherAnswers)),
        ]
    }

    private func rounded(_ value: Double?) -> JSONValue {
        value.map { .double(($0 * 100).rounded() / 100) } ?? .null
    }
}
