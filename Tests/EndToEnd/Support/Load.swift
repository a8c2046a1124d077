import Foundation
import Synchronization
import Testing

/// Reports from several connections at once, each remembering what it was promised.
struct Load: Sendable {
    /// One connection's reports: report `n` has items with the page ids `n × pagesPerReport` and up.
    struct Sender: Sendable {
        static let pagesPerReport = 64

        let uid: String
        let itemsPerReport: Int
        /// Reports sent before the first answer is read.
        let depth: Int
        var sent = 0
        /// Numbers of the reports that were answered 0.
        var acknowledged: Set<Int> = []
        /// Answers that were neither 0 nor "come again later".
        var oddAnswers: [String] = []
    }

    /// Sends until the server goes away or refuses for good; returns what each sender knows.
    static func run(on server: Footprint, named name: String, until stopped: StopSign) async throws -> [Sender] {
        let shapes = [
            (items: 1, depth: 1), (items: 3, depth: 8), (items: 3, depth: 1), (items: 50, depth: 1),
            (items: 2, depth: 3),
        ]
        return try await withThrowingTaskGroup(of: Sender.self) { group in
            for (index, shape) in shapes.enumerated() {
                let sender = Sender(uid: "\(name)-\(index)", itemsPerReport: shape.items, depth: shape.depth)
                let (port, token) = (server.port, server.token)
                group.addTask { try await onOwnThread { send(sender, port: port, token: token, until: stopped) } }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// Set once the load should end; a server that dies ends it too.
    final class StopSign: Sendable {
        private let isUp = Atomic(false)
        func raise() { isUp.store(true, ordering: .relaxed) }
        var isRaised: Bool { isUp.load(ordering: .relaxed) }
    }

    private static func send(_ start: Sender, port: Int, token: String, until stopped: StopSign) -> Sender {
        var sender = start
        do {
            let connection = try HTTPConnection(port: port, timeoutSeconds: 20)
            while !stopped.isRaised {
                let first = sender.sent
                let bytes = (first..<first + sender.depth).flatMap { number in
                    HTTPRequest.report(body(of: sender, number: number), token: token).bytes
                }
                // Counted before it is sent: whatever leaves may arrive.
                sender.sent += sender.depth
                try connection.send(bytes)
                for number in first..<first + sender.depth {
                    let answer = try connection.answer()
                    if answer.text == Fixed.stored {
                        sender.acknowledged.insert(number)
                    } else if !(answer.status == 503 && answer.ret == 1005 && answer["Retry-After"] != nil) {
                        sender.oddAnswers.append("\(answer)")
                    }
                }
            }
        } catch {
            // The server went away: that is what these tests do to it.
        }
        return sender
    }

    /// Every other report carries traces, so that both ways of counting are under load.
    private static func body(of sender: Sender, number: Int) -> String {
        let items = (0..<sender.itemsPerReport).map { index in
            let trace = number % 2 == 0 ? #","trace_id":"\#(sender.uid).\#(number)""# : ""
            return #"{"page_id":\#(number * Sender.pagesPerReport + index),"operate_id":10000\#(trace)}"#
        }
        return ReportBody.text(uid: sender.uid, items: "[\(items.joined(separator: ","))]")
    }

    /// Compares what the senders were promised with what a server on this data finds. Waits until questions see
    /// everything acknowledged; then stops the server and looks at every report by SQL.
    static func expectKept(
        _ senders: [Sender],
        in installation: Installation,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let server = try await installation.serve()
        for sender in senders {
            let promised = sender.acknowledged.count * sender.itemsPerReport
            do {
                _ = try await eventually("\(promised) events of \(sender.uid)", withinSeconds: 90, every: 0.5) {
                    try server.eventCount(uid: sender.uid) >= promised ? true : nil
                }
            } catch {
                Issue.record("\(error)", sourceLocation: sourceLocation)
            }
        }
        try await server.stop()
        let found = try await reports(in: installation)
        for sender in senders {
            var found = found[sender.uid] ?? [:]
            let whole = Found(events: sender.itemsPerReport, pages: sender.itemsPerReport)
            var wrong: [String] = []
            for number in 0..<sender.sent {
                let there = found.removeValue(forKey: number)
                if sender.acknowledged.contains(number) {
                    if there != whole { wrong.append("acknowledged \(number): \(String(describing: there))") }
                } else if let there, there != whole {
                    wrong.append("not acknowledged \(number): \(there)")
                }
            }
            wrong += found.map { "never sent \($0.key): \($0.value)" }
            #expect(
                wrong == [],
                "\(sender.uid), reports that are not there whole and once",
                sourceLocation: sourceLocation
            )
            #expect(sender.oddAnswers == [], sourceLocation: sourceLocation)
        }
    }

    /// What is there of one report.
    private struct Found: Equatable {
        var events: Int
        var pages: Int
    }

    /// Every report in the store, by user and number.
    private static func reports(in installation: Installation) async throws -> [String: [Int: Found]] {
        let sql = """
            SELECT uid, intDiv(assumeNotNull(page_id), \(Sender.pagesPerReport)) AS report, count(), uniqExact(page_id) \
            FROM events WHERE page_id IS NOT NULL GROUP BY uid, report
            """
        let csv = try await Program.output(of: ["sql", sql, "--data", installation.data, "--format", "csv"])
        var reports: [String: [Int: Found]] = [:]
        for line in csv.split(whereSeparator: \.isNewline).dropFirst() {
            let cells = line.split(separator: ",").map { String($0).replacing("\"", with: "") }
            let numbers = cells.dropFirst().compactMap { Int($0) }
            try #require(numbers.count == 3, "\(line)")
            reports[cells[0], default: [:]][numbers[0]] = Found(events: numbers[1], pages: numbers[2])
        }
        return reports
    }
}
