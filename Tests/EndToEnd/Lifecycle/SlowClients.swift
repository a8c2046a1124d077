import Foundation
import Testing

extension Lifecycle {
    @Suite("Clients that take their time")
    struct SlowClients {
        @Test(
            "600 that stop in the middle of a head, and one that goes on byte by byte, are closed within a minute; others are served as before"
        )
        func stopped() async throws {
            try await Installation.serving { server in
                let began = ContinuousClock.now
                let head = "POST /upbot/api/ReportBehaviorData HTTP/1.1\r\nHost: x\r\nContent-Le"
                let stopped = try (0..<600).map { number in
                    let client = try server.connection(timeoutSeconds: 60)
                    try client.send(String(head.prefix(1 + number % head.count)))
                    return client
                }
                let uid = ReportBody.newUser("beside")
                var served = 0
                let slow = Task {
                    try await onOwnThread { [port = server.port] in
                        let client = try HTTPConnection(port: port, timeoutSeconds: 60)
                        // As long as it is let.
                        for byte in String(repeating: head, count: 4).utf8 {
                            guard (try? client.send([byte])) != nil else { return true }
                            usleep(500_000)
                        }
                        return false
                    }
                }
                for client in stopped {
                    expectStored(try server.report(ReportBody.text(uid: uid)))
                    served += 1
                    #expect(try client.answer().status == 408)
                    #expect(try client.bytesUntilClose().isEmpty)
                }
                #expect(try await slow.value, "a client that sends a byte now and then was never closed")
                #expect(ContinuousClock.now - began < .seconds(60))
                let found = try await server.events(of: uid, atLeast: served)
                #expect(found.count == served)
            }
        }
    }
}
