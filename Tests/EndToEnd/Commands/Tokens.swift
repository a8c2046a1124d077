import Foundation
import Testing

extension Commands {
    /// Who may report and ask, changed by commands while a server runs.
    @Suite("Apps and tokens")
    struct Tokens {
        private func status(_ token: String, on server: Footprint) throws -> Int {
            try server.ask(.report(ReportBody.text(items: "[{}]"), token: token)).status
        }

        /// A running server follows within seconds; how many, is not what these tests are about.
        private func becomes(_ expected: Int, _ what: String, _ token: String, on server: Footprint) async throws {
            _ = try await eventually("\(what) is answered \(expected)", withinSeconds: 20) {
                try status(token, on: server) == expected ? true : nil
            }
        }

        @Test("an app that is added while the server runs may report; removed, it may not; the other app never notices")
        func addAndRemove() async throws {
            let server = try RunningServer.current
            let data = server.installation.data
            let app = try await Installation.appID(ofNewApp: "come and go", data: data)
            let token = try await Installation.issueToken(app: app, data: data)
            try await becomes(200, "the new app's token", token, on: server)

            let list = try JSON.parse(try await Program.output(of: ["app", "list", "--data", data, "--json"]))
            #expect(list.array?.contains { $0["appid"]?.string == app && $0["name"] == "come and go" } == true)

            try await Program.output(of: ["app", "remove", app, "--data", data])
            try await becomes(401, "the removed app's token", token, on: server)
            expectAnswer(
                try server.ask(.report(ReportBody.text(items: "[{}]"), token: token)),
                status: 401,
                body: Fixed.notAdmitted
            )
            #expect(try status(server.token, on: server) == 200)
            #expect(!(try await Program.output(of: ["app", "list", "--data", data])).contains(app))
            // Nobody is given a token for an app that is gone.
            #expect(try await Program.run(["token", "issue", "--app", app, "--data", data]).ending != .exit(0))
            #expect(try await Program.run(["app", "remove", app, "--data", data]).ending != .exit(0))
        }

        @Test("a revoked token is refused, and the app's other token is not", arguments: [false, true])
        func revoke(isAdmin: Bool) async throws {
            let server = try RunningServer.current
            let (data, app) = (server.installation.data, server.installation.app)
            let revoked = try await Installation.issueToken(app: isAdmin ? nil : app, data: data)
            let other = try await Installation.issueToken(app: isAdmin ? nil : app, data: data)
            func status(_ token: String) throws -> Int {
                isAdmin
                    ? try server.ask(.get("/api/v1/overview", authorization: token)).status
                    : try self.status(token, on: server)
            }
            #expect(try status(revoked) == 200)
            try await Program.output(of: ["token", "revoke", revoked, "--data", data])
            _ = try await eventually("the revoked token is refused", withinSeconds: 20) {
                try status(revoked) == 401 ? true : nil
            }
            #expect(try status(other) == 200)
            // A connection that was open all the time is judged anew too.
            #expect(try status(revoked) == 401)
        }

        @Test("a token that counted on an open connection stops counting on it")
        func revokedOnOpenConnection() async throws {
            let server = try RunningServer.current
            let (data, app) = (server.installation.data, server.installation.app)
            let token = try await Installation.issueToken(app: app, data: data)
            let connection = try server.connection()
            let request = HTTPRequest.report(ReportBody.text(items: "[{}]"), token: token).bytes
            try connection.send(request)
            expectStored(try connection.answer())
            try await Program.output(of: ["token", "revoke", token, "--data", data])
            _ = try await eventually("the open connection is refused", withinSeconds: 20) {
                try connection.send(request)
                return try connection.answer().status == 401 ? true : nil
            }
        }

        @Test("apps that are added by many commands at once are all there")
        func concurrentCommands() async throws {
            let data = try RunningServer.current.installation.data
            let added = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<12 {
                    group.addTask { try await Installation.appID(ofNewApp: "at once \(number)", data: data) }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(added.count == 12)
            let list = try JSON.parse(try await Program.output(of: ["app", "list", "--data", data, "--json"]))
            let listed = Set((list.array ?? []).compactMap { $0["appid"]?.string })
            #expect(listed.isSuperset(of: added))
        }

        @Test("keys and secrets lie in files that only their owner reads")
        func fileModes() throws {
            let folder = "\(try RunningServer.current.installation.data)/access"
            func mode(_ path: String) throws -> Int {
                try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber)
                    .intValue
            }
            #expect(try mode(folder) == 0o700)
            let files = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(!files.isEmpty)
            for file in files {
                #expect(try mode("\(folder)/\(file)") == 0o600, "\(file)")
            }
        }

        @Test("neither tokens nor secrets reach the log or the disk in the clear")
        func nothingLeaks() async throws {
            let server = try RunningServer.current
            let data = server.installation.data
            let output = try await Program.output(of: ["app", "add", "secretive", "--data", data, "--json"])
            let secret = try #require(JSON.parse(output)["app_secret"]?.string)
            #expect(secret.count >= 20)
            _ = try server.ask(.get("/api/v1/overview", authorization: server.token))
            _ = try status(server.token + "x", on: server)
            let log = server.process.output + server.process.errors
            for word in [secret, server.token, server.installation.adminToken] { #expect(!log.contains(word)) }
            for file in try FileManager.default.contentsOfDirectory(atPath: "\(data)/access") {
                let text = String(
                    decoding: try Data(contentsOf: URL(filePath: "\(data)/access/\(file)")),
                    as: UTF8.self
                )
                #expect(!text.contains(secret), "the secret lies in \(file)")
            }
        }

        @Test("a token is one line on stdout and nothing else")
        func oneLine() async throws {
            let installation = try RunningServer.current.installation
            for kind in [["--app", installation.app], ["--admin"]] {
                let finished = try await Program.run(["token", "issue", "--data", installation.data] + kind)
                #expect(finished.succeeded)
                #expect(finished.output.hasSuffix("\n"))
                #expect(finished.output.split(separator: "\n").count == 1)
                #expect(finished.output.dropLast().allSatisfy { $0.isASCII && !$0.isWhitespace })
            }
        }

        @Test(
            "what cannot be done is said, and the exit status says it too",
            arguments: [
                ["token", "issue"], ["token", "issue", "--app", "nobody"], ["token", "issue", "--app", ""],
                ["token", "issue", "--admin", "--ttl", "-5"], ["token", "issue", "--admin", "--ttl", "0"],
                ["token", "revoke", "garbage"], ["app", "remove", "nobody"], ["app", "add", ""],
            ]
        )
        func refusedCommands(arguments: [String]) async throws {
            let data = try RunningServer.current.installation.data
            let finished = try await Program.run(arguments + ["--data", data])
            if case .exit(let status) = finished.ending { #expect(status != 0) } else { Issue.record("\(finished)") }
            #expect(!finished.errors.isEmpty)
            #expect(finished.output.isEmpty)
        }

        @Test("tokens of one installation do not count on another")
        func otherInstallation() async throws {
            let server = try RunningServer.current
            try await Installation.with { other in
                let reporting = try status(other.token, on: server)
                let asking = try server.ask(.get("/api/v1/overview", authorization: other.adminToken)).status
                #expect(reporting == 401)
                #expect(asking == 401)
            }
        }
    }
}
