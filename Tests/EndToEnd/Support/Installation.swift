import Foundation
import Synchronization
import Testing

/// One data directory with an app that may report and an administrator who may ask, and the servers that run on it
/// one after the other. Everything is stopped and removed when the test ends, however it ends.
final class Installation: Sendable {
    let folder: String
    var data: String { "\(folder)/data" }
    /// The app's id and its token.
    let app: String
    let token: String
    let adminToken: String
    private let servers = Mutex<[Footprint]>([])

    private init(folder: String, app: String, token: String, adminToken: String) {
        self.folder = folder
        self.app = app
        self.token = token
        self.adminToken = adminToken
    }

    /// Makes an installation, lets `body` use it, takes it away. The servers' logs are attached to the test.
    static func with<Value>(_ body: (Installation) async throws -> Value) async throws -> Value {
        try await TemporaryFolder.with { folder in
            let data = "\(folder)/data"
            let app = try await appID(ofNewApp: "end to end", data: data)
            let installation = Installation(
                folder: folder,
                app: app,
                token: try await issueToken(app: app, data: data),
                adminToken: try await issueToken(app: nil, data: data)
            )
            do {
                let value = try await body(installation)
                await installation.close()
                return value
            } catch {
                await installation.close()
                throw error
            }
        }
    }

    /// Makes an installation with a server that runs, lets `body` use both.
    static func serving<Value>(
        options: [String] = [],
        _ body: (Footprint) async throws -> Value
    ) async throws -> Value {
        try await with { installation in
            try await body(installation.serve(options: options))
        }
    }

    /// Starts a server on this data directory and waits until it is ready.
    func serve(options: [String] = [], environment: [String: String] = [:]) async throws -> Footprint {
        let name = "serve-\(servers.withLock { $0.count + 1 })"
        let process = try Program.start(
            ["serve", "--data", data] + (options.contains("--port") ? [] : ["--port", "0"]) + options,
            environment: environment,
            outputTo: folder,
            named: name
        )
        let server = Footprint(process: process, installation: self)
        servers.withLock { $0.append(server) }
        try await server.waitUntilReady()
        return server
    }

    static func appID(ofNewApp name: String, data: String) async throws -> String {
        let output = try await Program.output(of: ["app", "add", name, "--data", data, "--json"])
        return try #require(try JSON.parse(output)["appid"]?.string, "no appid in \(output)")
    }

    /// A token for an app, or an administrator's where `app` is nil.
    static func issueToken(app: String?, data: String, ttlSeconds: Int? = nil) async throws -> String {
        var arguments = ["token", "issue", "--data", data]
        arguments += app.map { ["--app", $0] } ?? ["--admin"]
        if let ttlSeconds { arguments += ["--ttl", String(ttlSeconds)] }
        let output = try await Program.output(of: arguments)
        return output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func close() async {
        for server in servers.withLock({ $0 }) {
            server.process.send(SIGKILL)
            _ = try? await server.process.waitForEnd(withinSeconds: 30)
            Attachment.record(
                server.process.output + server.process.errors,
                named: URL(filePath: server.process.errorsPath).lastPathComponent
            )
        }
    }
}
