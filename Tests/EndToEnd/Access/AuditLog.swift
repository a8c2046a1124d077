import Foundation
import Testing

/// `footprint audit` and the file behind it.
@Suite("The audit log")
struct AuditLog {
    @Test("holds everything that people did, by command and over HTTP, in order; page by page over HTTP too")
    func complete() async throws {
        try await Installation.serving { server in
            let installation = server.installation
            let app = try server.administer(.post("/api/v1/apps", #"{"name":"by HTTP"}"#))
            let appID = try #require(app["appid"]?.string)
            let viewer = try await installation.viewerToken(name: "李雷")
            let cookie = try server.signIn(viewer)
            _ = try server.call(.delete("/console/session"), .session(cookie))
            try await Program.output(of: ["token", "revoke", viewer, "--data", server.data])
            try server.administer(.post("/api/v1/keys/rotate", #"{"earlier_tokens":"stay_good"}"#))
            try server.administer(.delete("/api/v1/apps/\(appID)"))
            // None of these is in the log: refused, failed, or nobody's change.
            _ = try server.call(.post("/console/session", #"{"token":"guess"}"#), .none)
            _ = try server.call(.delete("/api/v1/apps/\(appID)"), .token(installation.adminToken))
            _ = try await Program.run(["app", "remove", "app_x", "--data", server.data])
            _ = try await Program.output(of: ["query", "overview", "--data", server.data])

            let entries = try await installation.audit()
            #expect(
                entries.map { "\($0["action"]?.string ?? "") \($0["who"]?.string?.prefix { $0 != ":" } ?? "")" } == [
                    "app.add cli", "token.issue cli", "token.issue cli", "app.add admin", "token.issue cli",
                    "session.start viewer", "session.end viewer", "token.revoke cli", "key.rotate admin",
                    "app.remove admin",
                ]
            )
            #expect(entries.map { $0["seq"]?.int } == (1...10).map { $0 })
            #expect(entries.allSatisfy { abs(($0["time"]?.int ?? 0) - nowSeconds()) < 120 })
            #expect(entries[3]["target"]?.string == appID && entries[3]["detail"]?["name"] == "by HTTP")
            #expect(entries[3]["address"] == "127.0.0.1" && entries[4]["address"] == nil)
            #expect(entries[4]["detail"]?["name"] == "李雷")
            let viewerID = try #require(entries[4]["target"]?.string)
            #expect(entries[5]["who"]?.string == "viewer:\(viewerID)")
            #expect(entries[7]["target"]?.string == viewerID)
            let login = String(cString: try #require(getpwuid(getuid())).pointee.pw_name)
            if ProcessInfo.processInfo.environment["SUDO_USER"] == nil {
                #expect(entries[0]["who"]?.string == "cli:\(login)")
            }

            // The same over HTTP, newest first, three at a time.
            var paged: [JSON] = []
            var before = ""
            repeat {
                let page = try server.administer(.get("/api/v1/audit?limit=3\(before)"))
                paged += try #require(page["entries"]?.array)
                before = page["next_before"]?.int.map { "&before=\($0)" } ?? ""
            } while !before.isEmpty
            #expect(paged == entries.reversed())
            let sessions = try await installation.audit(["--action", "session", "--who", "viewer"])
            #expect(sessions.count == 2)
            #expect(try await installation.audit(["--limit", "1"]) == [entries[9]])
            #expect(try await installation.audit(["--to", "2020-01-01"]).isEmpty)
            #expect(try await installation.audit(["--from", "2020-01-01", "--to", "2100-01-01"]).count == 10)
        }
    }

    @Test("a line that is changed or taken out is found and named, and the exit status says so")
    func tampered() async throws {
        try await Installation.with { installation in
            for name in ["one", "two"] { _ = try await Installation.appID(ofNewApp: name, data: installation.data) }
            let file = "\(installation.data)/access/audit.jsonl"
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let lines = text.split(separator: "\n").map(String.init)
            #expect(lines.count == 5)
            let sound = try await Program.run(["audit", "--data", installation.data])
            #expect(sound.succeeded)
            #expect(sound.errors.contains("5 entries, each as it was written"))
            #expect(sound.output.split(separator: "\n").count == 7, "a heading, a line below it, five entries")

            for (changed, line) in [
                (text.replacing(#""name":"one""#, with: #""name":"own""#), 4),
                (text.replacing(#""action":"token.issue""#, with: #""action":"token.erase""#), 2),
                ((lines[..<2] + lines[3...]).joined(separator: "\n") + "\n", 3),
                (lines.dropFirst().joined(separator: "\n") + "\n", 1),
                (lines.reversed().joined(separator: "\n") + "\n", 1),
                (lines.joined(separator: "\n") + "\nnonsense\n", 6),
            ] {
                // In place: what replaces the file would have another mode.
                let handle = try #require(FileHandle(forWritingAtPath: file))
                try handle.truncate(atOffset: 0)
                try handle.write(contentsOf: Data(changed.utf8))
                try handle.close()
                let finished = try await Program.run(["audit", "--data", installation.data])
                #expect(finished.ending == .exit(1), "\(finished)")
                #expect(finished.errors.contains("line \(line) of \(file) is broken"), "\(finished.errors)")
            }
        }
    }

    @Test("lacks no change, whenever the command that made it was killed; what a kill leaves is no damage")
    func killed() async throws {
        try await Installation.with { installation in
            for round in 0..<40 {
                let child = try Program.start(
                    ["app", "add", "round \(round)", "--data", installation.data],
                    outputTo: installation.folder,
                    named: "killed-\(round)"
                )
                // A command takes some 70 ms: from before its first step to after its last.
                try await Task.sleep(for: .milliseconds(round * 3))
                child.send(SIGKILL)
                try await child.waitForEnd(withinSeconds: 10)
            }
            let list = try await Program.output(of: ["app", "list", "--json", "--data", installation.data])
            let apps = try #require(JSON.parse(list).array?.compactMap { $0["appid"]?.string })
            let finished = try await Program.run(["audit", "--json", "--limit", "1000", "--data", installation.data])
            #expect(finished.succeeded, "\(finished)")
            let entries = try #require(JSON.parse(finished.output).array)
            var added: Set<String> = []
            for entry in entries where entry["action"]?.string == "app.add" {
                added.insert(try #require(entry["target"]?.string))
            }
            #expect(added.count >= apps.count, "\(entries)")
            for app in apps { #expect(added.contains(app)) }
            // And the folder goes on working.
            let app = try await Installation.appID(ofNewApp: "afterwards", data: installation.data)
            #expect(try await installation.audit(["--limit", "1"]).first?["target"]?.string == app)
        }
    }

    @Test("lies in a file of its owner, and holds no token and no secret; neither does the server's log")
    func secrecy() async throws {
        try await Installation.serving(options: ["--log-level", "debug"]) { server in
            let installation = server.installation
            let app = try server.administer(.post("/api/v1/apps", #"{"name":"secretive"}"#))
            let viewer = try await installation.viewerToken()
            let cookie = try server.signIn(installation.adminToken)
            let issued = try server.call(.post("/api/v1/tokens", #"{"role":"viewer"}"#), .session(cookie))
            let token = try #require(issued.json?["data"]?["token"]?.string)
            _ = try server.call(.post("/api/v1/tokens/revoke", #"{"token":"\#(token)"}"#), .session(cookie))
            _ = try server.call(.post("/api/v1/tokens/revoke", #"{"token":"\#(token)x"}"#), .session(cookie))
            _ = try server.call(.post("/console/session", #"{"token":"\#(viewer)x"}"#), .none)
            _ = try server.questionStatus(viewer + "x")
            _ = try server.reportStatus(server.token + "x")
            try server.administer(.post("/api/v1/keys/rotate", #"{"earlier_tokens":"stay_good"}"#))
            let path = "\(server.data)/access/audit.jsonl"
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
            #expect(mode?.intValue == 0o600)
            let texts = try [
                String(contentsOfFile: path, encoding: .utf8), server.process.output, server.process.errors,
            ]
            let keys = try String(contentsOfFile: "\(server.data)/access/keys.json", encoding: .utf8)
                .matches(of: /"key" : "([^"]+)"/).map { String($0.1) }
            #expect(keys.count == 2)
            let secrets =
                [server.token, installation.adminToken, viewer, token, String(cookie.drop { $0 != "=" }.dropFirst())]
                + keys
                + [try #require(app["app_secret"]?.string)]
            for text in texts {
                for secret in secrets { #expect(!text.contains(secret)) }
                // Nor the part of a token that only its holder can have.
                for token in [server.token, installation.adminToken, viewer, token] {
                    #expect(!text.contains(try #require(token.split(separator: ".").last)))
                }
            }
        }
    }
}
