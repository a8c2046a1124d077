import Foundation
import Testing

/// A statement that would run for minutes stands for any long question: all take the same way.
@Suite("A question that nobody waits for any more", .serialized, .runningServer())
struct AbandonedQuestions {
    enum Leaving: String, CaseIterable, CustomTestStringConvertible {
        case closes, resets
        var testDescription: String { rawValue }
    }

    private static let endless = "SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number))"

    private func ask(_ server: Footprint) throws -> HTTPConnection {
        let connection = try server.connection()
        let request = HTTPRequest(
            target: "/api/v1/sql",
            headers: [("Host", "localhost"), ("Authorization", server.installation.adminToken)],
            body: Array(Self.endless.utf8)
        )
        try connection.send(request.bytes)
        return connection
    }

    private func waitForRunning(_ count: Double, _ server: Footprint) async throws {
        _ = try await eventually("\(Int(count)) questions run", withinSeconds: 20) {
            try server.metric("questions_running") == count ? true : nil
        }
    }

    @Test("ends when its client", arguments: Leaving.allCases)
    func leaves(_ leaving: Leaving) async throws {
        let server = try RunningServer.current
        var connections: [HTTPConnection] = []
        for _ in 0..<2 { connections.append(try ask(server)) }
        try await waitForRunning(2, server)
        if leaving == .resets { connections[0].reset() }
        connections.removeFirst()
        try await waitForRunning(1, server)
        // The other one goes on, until it is left too.
        connections.removeAll()
        try await waitForRunning(0, server)
        #expect(try server.question("overview", Footprint.always)["events"]?.int == 0)
    }

    @Test("lets one through that waited behind it")
    func waiting() async throws {
        let server = try RunningServer.current
        // All that run at once.
        var connections: [HTTPConnection] = []
        for _ in 0..<4 { connections.append(try ask(server)) }
        try await waitForRunning(4, server)
        let asking = Task { try await onOwnThread { try server.question("overview", Footprint.always) } }
        connections.removeFirst()
        #expect(try await asking.value["events"]?.int == 0)
        connections.removeAll()
        try await waitForRunning(0, server)
    }
}
