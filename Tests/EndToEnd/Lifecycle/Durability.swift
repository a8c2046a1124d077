import Foundation
import Testing

extension Lifecycle {
    /// What "ret 0" is worth, with the server ended in every way a server ends.
    @Suite("Durability")
    struct Durability {
        /// 50 by `make torture`.
        private static let kills =
            ProcessInfo.processInfo.environment["FOOTPRINT_KILL_ROUNDS"].flatMap { Int($0) } ?? 10

        @Test(
            "kill -9 again and again under load: everything acknowledged is there exactly once, every report whole or not at all"
        )
        func killedUnderLoad() async throws {
            try await Installation.with { installation in
                var senders: [Load.Sender] = []
                for round in 0..<Self.kills {
                    let server = try await installation.serve()
                    async let load = Load.run(on: server, named: "kill-\(round)", until: Load.StopSign())
                    // At another place each time: the first reports, a sync, a load into the store.
                    try await Task.sleep(for: .milliseconds(60 + 83 * round % 400))
                    try await server.killAtOnce()
                    senders += try await load
                }
                #expect(senders.reduce(0) { $0 + $1.acknowledged.count } > 100, "the load was no load")
                try await Load.expectKept(senders, in: installation)
                // And once more: what was loaded before is not loaded again.
                let server = try await installation.serve()
                try await server.killAtOnce()
                try await Load.expectKept(senders, in: installation)
            }
        }

        @Test("SIGTERM under load: exit 0 within ten seconds, and everything acknowledged is kept")
        func stoppedUnderLoad() async throws {
            try await Installation.with { installation in
                let server = try await installation.serve()
                let sign = Load.StopSign()
                async let load = Load.run(on: server, named: "term", until: sign)
                try await Task.sleep(for: .milliseconds(400))
                let ending = try await server.stop(withinSeconds: 10)
                #expect(ending == .exit(0))
                sign.raise()
                let senders = try await load
                #expect(senders.allSatisfy { !$0.acknowledged.isEmpty })
                #expect(!FileManager.default.fileExists(atPath: "\(installation.data)/serve.json"))
                try await Load.expectKept(senders, in: installation)
            }
        }

        @Test("SIGTERM at rest, with idle connections open: exit 0", arguments: [SIGTERM, SIGINT])
        func stoppedAtRest(signal: Int32) async throws {
            try await Installation.serving { server in
                let idle = try server.connection()
                let halfSent = try server.connection()
                try halfSent.send("POST /upbot/api/ReportBehaviorData HTTP/1.1\r\nHost: x\r\nContent-Le")
                expectStored(try server.report(ReportBody.text(items: "[{}]")))
                server.process.send(signal)
                #expect(try await server.process.waitForEnd(withinSeconds: 10) == .exit(0))
                #expect(try idle.bytesUntilClose().isEmpty)
            }
        }

        @Test("a repeat is recognised after a restart and after kill -9 too")
        func repeatedAfterRestart() async throws {
            try await Installation.with { installation in
                let uid = ReportBody.newUser("repeat")
                let traced = ReportBody.text(
                    uid: uid,
                    items: #"[{"page_id":1,"trace_id":"t"},{"page_id":2,"trace_id":"t"}]"#
                )
                let untraced = ReportBody.text(uid: uid + "-untraced", items: #"[{"page_id":1}]"#)
                for round in 0..<4 {
                    let server = try await installation.serve()
                    expectStored(try server.report(traced))
                    expectStored(try server.report(untraced))
                    switch round {
                    case 0: try await server.stop()
                    case 1: try await server.killAtOnce()
                    case 2:
                        _ = try await server.events(of: uid)
                        try await server.killAtOnce()
                    default:
                        _ = try await server.events(of: uid + "-untraced", atLeast: 4)
                        #expect(try server.eventCount(uid: uid) == 2)
                        #expect(try server.eventCount(uid: uid + "-untraced") == 4)
                    }
                }
            }
        }

        @Test("an acknowledged event is visible to questions soon, without anything else happening")
        func visibleSoon() async throws {
            try await Installation.serving { server in
                for round in 0..<3 {
                    let uid = ReportBody.newUser("visible")
                    expectStored(try server.report(ReportBody.text(uid: uid, items: #"[{"page_id":\#(round)}]"#)))
                    let count = try await eventually("the event is visible", withinSeconds: 10) {
                        let count = try server.eventCount(uid: uid)
                        return count > 0 ? count : nil
                    }
                    #expect(count == 1)
                }
            }
        }
    }
}
