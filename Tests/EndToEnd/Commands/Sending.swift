import Foundation
import Testing

extension Commands {
    /// `footprint send`: files in, and an honest account of what became of every line.
    @Suite("footprint send")
    struct Sending {
        private func send(_ lines: [String], _ options: [String] = [], to server: Footprint) async throws
            -> Program.Finished
        {
            try await TemporaryFolder.with { folder in
                let file = "\(folder)/events.jsonl"
                try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: file))
                return try await Program.run(["send", file, "--to", server.url, "--token", server.token] + options)
            }
        }

        @Test(
            "whole reports and flat events may stand in one file",
            arguments: [[], ["--batch", "1"], ["--batch", "1000"]]
        )
        func bothKinds(options: [String]) async throws {
            let server = try RunningServer.current
            let uid = ReportBody.newUser("both")
            let finished = try await send(
                [
                    #"{"head":{"uid":"\#(uid)","openid":"o"},"items":[{"page_id":1},{"page_id":2}]}"#,
                    #"{"uid":"\#(uid)","openid":"o","page_id":3,"device_type":2}"#,
                    "",
                    #"{"uid":"\#(uid)","openid":"o","page_id":4}"#,
                ],
                options,
                to: server
            )
            #expect(finished.succeeded, "\(finished)")
            let events = try await server.events(of: uid, atLeast: 4)
            #expect(Set(events.map { $0["page_id"]?.int }) == [1, 2, 3, 4])
            #expect(events.count == 4)
            #expect(events.first { $0["page_id"] == 3 }?["device_type"] == 2)
            #expect(events.first { $0["page_id"] == 4 }?["device_type"] == .some(.null))
        }

        @Test("a refused line is named, with the reason, and the exit status tells; the others are sent")
        func refusedLines() async throws {
            let server = try RunningServer.current
            let uid = ReportBody.newUser("refused")
            let finished = try await send(
                [
                    #"{"uid":"\#(uid)","openid":"o","page_id":1}"#,
                    #"{"uid":"\#(uid)","openid":"o","page_id":"2"}"#,
                    "this is no JSON",
                    #"{"uid":"\#(uid)","openid":"o","page_id":4}"#,
                    #"{"uid":"\#(uid)","openid":"o","channel":9}"#,
                    #"{"openid":"o","page_id":6}"#,
                    #"{"uid":"\#(uid)","openid":"o","page_id":7}"#,
                ],
                to: server
            )
            if case .exit(let status) = finished.ending { #expect(status != 0) } else { Issue.record("\(finished)") }
            let said = finished.output + finished.errors
            for line in [2, 3, 5, 6] {
                #expect(said.split { !$0.isNumber }.contains("\(line)"), "line \(line) is not named: \(said)")
            }
            #expect(said.contains("page_id"), "the reason is not told: \(said)")
            let events = try await server.events(of: uid, atLeast: 3)
            #expect(Set(events.map { $0["page_id"]?.int }) == [1, 4, 7])
            #expect(events.count == 3)
        }

        @Test("a wrong token, a file that is not there, and an address where nobody listens end non-zero")
        func failures() async throws {
            let server = try RunningServer.current
            try await TemporaryFolder.with { folder in
                let file = "\(folder)/events.jsonl"
                try Data(#"{"uid":"u","openid":"o","page_id":1}"#.utf8).write(to: URL(filePath: file))
                for arguments in [
                    ["send", file, "--to", server.url, "--token", "wrong"],
                    ["send", "\(folder)/missing.jsonl", "--to", server.url, "--token", server.token],
                    ["send", file, "--to", "http://127.0.0.1:1", "--token", server.token, "--retry-for", "1"],
                ] {
                    let finished = try await Program.run(arguments, withinSeconds: 60)
                    if case .exit(let status) = finished.ending {
                        #expect(status != 0)
                    } else {
                        Issue.record("\(finished)")
                    }
                    #expect(!finished.errors.isEmpty, "\(arguments)")
                }
            }
        }

        @Test("sending a traced file twice counts once")
        func twice() async throws {
            let server = try RunningServer.current
            let uid = ReportBody.newUser("file")
            let lines = (0..<500).map {
                #"{"uid":"\#(uid)","openid":"o","page_id":\#($0),"trace_id":"t\#($0 / 7)","event_time":\#(1_709_568_000 + $0)}"#
            }
            for _ in 0..<2 { #expect(try await send(lines, to: server).succeeded) }
            let marker = ReportBody.newUser("marker")
            expectStored(try server.report(ReportBody.text(uid: marker)))
            _ = try await server.events(of: marker)
            #expect(try server.eventCount(uid: uid) == 500)
        }

        @Test("a server that restarts in the middle loses nothing and counts nothing twice")
        func acrossRestart() async throws {
            try await Installation.with { installation in
                try await TemporaryFolder.with { folder in
                    let file = "\(folder)/events.jsonl"
                    let lines = (0..<20_000).map {
                        #"{"uid":"u\#($0 % 50)","openid":"o","page_id":\#($0),"trace_id":"t\#($0)"}"#
                    }
                    try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: file))
                    let first = try await installation.serve()
                    let port = String(first.port)
                    let sending = try Program.start(
                        [
                            "send", file, "--to", first.url, "--token", installation.token, "--batch", "20", "--rate",
                            "2000",
                            "--retry-for", "90",
                        ],
                        outputTo: folder,
                        named: "send"
                    )
                    // By the counter, not by a question, and on a thread of its own: on a busy machine ten seconds of
                    // sending pass sooner than one thinks.
                    let wasSending = try await onOwnThread {
                        for _ in 0..<3_000 {
                            if try first.metric(#"reports_total{outcome="stored"}"#) ?? 0 > 0 {
                                first.process.send(SIGKILL)
                                return sending.ending == nil
                            }
                            usleep(10_000)
                        }
                        return false
                    }
                    #expect(wasSending, "everything was sent before the server was killed")
                    try await first.killAtOnce()
                    let second = try await installation.serve(options: ["--port", port])
                    #expect(
                        try await sending.waitForEnd(withinSeconds: 120) == .exit(0),
                        "\(sending.output)\(sending.errors)"
                    )
                    let count = try await eventually("all events are there", withinSeconds: 60, every: 0.5) {
                        let count = try second.question("overview", Footprint.always)["events"]?.int ?? 0
                        return count >= lines.count ? count : nil
                    }
                    #expect(count == lines.count)
                }
            }
        }
    }
}
