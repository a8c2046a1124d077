import Foundation
import Testing

extension Privacy {
    @Suite("Erasing, interrupted")
    struct Interrupted {
        private static let keepForever = ["--journal-keep", "forever", "--journal-segment-mib", "1"]

        @Test(
            "killed again and again, wherever it stands, an erasure ends in a receipt, with everybody else's data whole"
        )
        func killed() async throws {
            try await Installation.with { installation in
                let (gone, stays) = (ReportBody.newUser("gone"), ReportBody.newUser("stays"))
                var server = try await installation.serve(options: Self.keepForever)
                try await fill(server, gone, stays)
                // Ordered, and not waited for.
                let ordering = try order(server, gone)
                var random = SystemRandomNumberGenerator()
                var kills = 0
                while try receipts(installation).isEmpty, kills < 12 {
                    try await Task.sleep(for: .milliseconds(Int.random(in: 0..<(80 * (kills + 1)), using: &random)))
                    try await server.killAtOnce()
                    kills += 1
                    let verified = try await Program.run(["journal", "verify", "--data", installation.data])
                    #expect(verified.succeeded, "after kill \(kills): \(verified)")
                    server = try await installation.serve(options: Self.keepForever)
                    // Killed before it was told: then it was never ordered, and is ordered now.
                    if try nothingIsKnown(installation) { _ = try order(server, gone) }
                }
                withExtendedLifetime(ordering) {}
                let receipt = try await eventually("there is a receipt", withinSeconds: 60) {
                    try receipts(installation).first
                }
                #expect(receipt["store"]?["events"]?.int == 600, "after \(kills) kills: \(receipt)")
                #expect(receipt["journal"]?["records"]?.int == 330, "after \(kills) kills: \(receipt)")
                #expect(receipt["store"]?["quarantine"]?.int == 30, "after \(kills) kills: \(receipt)")
                #expect(try Privacy.stages(server, gone).isEmpty)
                #expect(try server.eventCount(uid: stays) == 600)
                #expect(try Privacy.files(holding: gone, in: installation.data, below: "journal") == [])
                #expect(try Privacy.files(holding: gone, in: installation.data, below: "privacy") == [])
                let finished = try await Program.output(of: ["journal", "verify", "--data", installation.data])
                #expect(finished.contains("330 erased records"), "\(finished)")
                let file = "\(installation.folder)/receipt.json"
                let id = try #require(receipt["id"]?.string)
                try Data(try await Program.output(of: ["receipts", id, "--data", installation.data]).utf8)
                    .write(to: URL(filePath: file))
                try await Program.output(of: ["forget", "--verify", file, "--uid", gone, "--data", installation.data])
            }
        }

        @Test(
            "while the store cannot load, an erasure is pending, and goes on by itself once it can",
            .enabled(if: Lifecycle.mayMount, "this machine lets nobody mount a small disk")
        )
        func storeAway() async throws {
            try await Installation.with { installation in
                let server = try await installation.serve(storeOnDiskOf: 48)
                let filler = URL(filePath: "/proc/\(server.process.pid)/root\(installation.data)/store/filler")
                let uid = ReportBody.newUser("waits")
                expectStored(try server.report(ReportBody.text(uid: uid)))
                _ = try await server.events(of: uid)
                try Lifecycle.FullDisk.fill(filler)
                _ = try await eventually("the store refuses", withinSeconds: 60, every: 0.1) {
                    expectStored(try server.report(ReportBody.text(uid: ReportBody.newUser())))
                    return try server.metric("loader_ok") == 0 ? true : nil
                }
                expectStored(try server.report(ReportBody.text(uid: uid)))
                let answer = try Privacy.forget(server, #"{"uid":"\#(uid)"}"#)
                let id = try #require(answer.json?["data"]?["id"]?.string, "\(answer)")
                #expect(answer.status == 202 && answer.json?["data"]?["state"]?.string == "pending")
                #expect(answer.json?["data"]?["reason"]?.string?.isEmpty == false)
                #expect(try server.rawQuestion("receipts/\(id)").status == 202)
                #expect(try server.question("receipts")[0]?["state"]?.string == "pending")
                try FileManager.default.removeItem(at: filler)
                let receipt = try await eventually("it is finished", withinSeconds: 90, every: 0.5) {
                    let answer = try server.rawQuestion("receipts/\(id)")
                    return answer.status == 200 ? answer.json?["data"] : nil
                }
                #expect(receipt["store"]?["events"]?.int == 2 && receipt["journal"]?["records"]?.int == 2)
                #expect(try server.eventCount(uid: uid) == 0)
            }
        }

        private func fill(_ server: Footprint, _ gone: String, _ stays: String) async throws {
            let connection = try server.connection()
            for number in 0..<300 {
                for uid in [gone, stays] {
                    // Long, as the refused ones are, so that the journal has several segments.
                    let trace = "\(number)-" + String(repeating: "x", count: 100)
                    let items = #"[{"page_id":\#(number),"trace_id":"\#(trace)"},{"page_id":1}]"#
                    try connection.send(
                        HTTPRequest.report(ReportBody.text(uid: uid, items: items), token: server.token).bytes
                    )
                    expectStored(try connection.answer())
                }
                guard number < 30 else { continue }
                let wrong = ReportBody.text(
                    uid: gone,
                    items: #"[{"page_id":"\#(String(repeating: "y", count: 60_000))"}]"#
                )
                try connection.send(HTTPRequest.report(wrong, token: server.token).bytes)
                #expect(try connection.answer().ret == 1001)
            }
            _ = try await server.events(of: stays, atLeast: 600)
            _ = try await server.events(of: gone, atLeast: 600)
        }

        private func order(_ server: Footprint, _ uid: String) throws -> HTTPConnection {
            let connection = try server.connection()
            let request = HTTPRequest(
                target: "/api/v1/forget",
                headers: [
                    ("Host", "localhost"), ("Content-Type", "application/json"),
                    ("Authorization", server.installation.adminToken),
                ],
                body: Array(#"{"uid":"\#(uid)"}"#.utf8)
            )
            try connection.send(request.bytes)
            return connection
        }

        private func names(_ folder: String, _ installation: Installation) -> [String] {
            let all = try? FileManager.default.contentsOfDirectory(atPath: "\(installation.data)/privacy/\(folder)")
            return (all ?? []).filter { $0.hasSuffix(".json") }
        }

        private func nothingIsKnown(_ installation: Installation) throws -> Bool {
            names("pending", installation).isEmpty && names("receipts", installation).isEmpty
        }

        private func receipts(_ installation: Installation) throws -> [JSON] {
            try names("receipts", installation).map { name in
                try JSON.parse(Data(contentsOf: URL(filePath: "\(installation.data)/privacy/receipts/\(name)")))
            }
        }
    }
}
