import Foundation
import Synchronization
import Testing

/// Reports from several connections at once, each remembering what it was promised.
struct Load: Sendable {
    /// One connection's reports: report `n` has items with the page ids `n × items` and up.
    struct Sender: Sendable {
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
            return #"{"page_id":\#(number * sender.itemsPerReport + index),"operate_id":10000\#(trace)}"#
        }
        return ReportBody.text(uid: sender.uid, items: "[\(items.joined(separator: ","))]")
    }

    /// Compares what a sender was promised with what questions find. Waits until everything acknowledged is there.
    static func expectKept(_ sender: Sender, by server: Footprint, sourceLocation: SourceLocation = #_sourceLocation)
        async throws
    {
        let promised = sender.acknowledged.count * sender.itemsPerReport
        do {
            _ = try await eventually("\(promised) events of \(sender.uid)", withinSeconds: 90, every: 0.5) {
                try server.eventCount(uid: sender.uid) >= promised ? true : nil
            }
        } catch {
            let found = (try? server.eventCount(uid: sender.uid)) ?? -1
            Issue.record(
                "\(sender.uid): promised \(promised) events, found \(found): \(error)",
                sourceLocation: sourceLocation
            )
            return
        }
        var counts: [Int: Int] = [:]
        var next: String?
        repeat {
            let page = try server.question(
                "users/\(Footprint.escaped(sender.uid))",
                Footprint.always + [("limit", "1000")] + (next.map { [("before", $0)] } ?? [])
            )
            for event in page["events"]?.array ?? [] { counts[event["page_id"]?.int ?? -1, default: 0] += 1 }
            next = page["next"]?.string
        } while next != nil
        var lost: [Int] = []
        var torn: [Int] = []
        for number in 0..<sender.sent {
            let found = (0..<sender.itemsPerReport).map {
                counts.removeValue(forKey: number * sender.itemsPerReport + $0) ?? 0
            }
            let isWhole = found.allSatisfy { $0 == 1 }
            if sender.acknowledged.contains(number) {
                if !isWhole { lost.append(number) }
            } else if !isWhole && !found.allSatisfy({ $0 == 0 }) {
                torn.append(number)
            }
        }
        #expect(lost.isEmpty, "\(sender.uid): acknowledged, but not there exactly once", sourceLocation: sourceLocation)
        #expect(
            torn.isEmpty,
            "\(sender.uid): not acknowledged, and there in part or more than once",
            sourceLocation: sourceLocation
        )
        #expect(counts.isEmpty, "\(sender.uid): never sent", sourceLocation: sourceLocation)
        #expect(sender.oddAnswers.isEmpty, sourceLocation: sourceLocation)
    }
}
