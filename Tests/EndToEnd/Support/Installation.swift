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

    /// Makes another collector's data directory, with this one's keys and apps: tokens are good at both.
    func withAnother<Value>(_ body: (Installation) async throws -> Value) async throws -> Value {
        try await TemporaryFolder.with { folder in
            let another = Installation(folder: folder, app: app, token: token, adminToken: adminToken)
            try FileManager.default.createDirectory(atPath: another.data, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: "\(data)/access", toPath: "\(another.data)/access")
            do {
                let value = try await body(another)
                await another.close()
                return value
            } catch {
                await another.close()
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
    /// - Parameter authority: whose certificate the options give the server.
    func serve(
        options: [String] = [],
        environment: [String: String] = [:],
        authority: TestAuthority? = TestAuthority.ofThisRun
    ) async throws -> Footprint {
        let process = try Program.start(
            ["serve", "--data", data] + (options.contains("--port") ? [] : ["--port", "0"]) + options,
            environment: environment,
            outputTo: folder,
            named: nextName
        )
        return try await ready(
            Footprint(process: process, installation: self, data: data, authority: authority)
        )
    }

    /// Starts a server on a copy of this data directory, on a disk of its own that is so small that it can be filled.
    ///
    /// The disk is a tmpfs in a mount namespace of the server's, which needs no privileges; it is reached from outside
    /// by way of /proc, and is gone when the server ends.
    func serve(onDiskOf sizeMiB: Int, options: [String]) async throws -> Footprint {
        let disk = "\(folder)/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        let script = """
            mount -t tmpfs -o size=\(sizeMiB)m,mode=700 tmpfs "$1" && cp -a "$2" "$1/data" && shift 2 && exec "$@"
            """
        let process = try start(
            "/usr/bin/unshare",
            ["--map-root-user", "--mount", "/bin/sh", "-c", script, "sh", disk, data, Program.path()]
                + ["serve", "--data", "\(disk)/data", "--port", "0"] + options
        )
        return try await ready(
            Footprint(process: process, installation: self, data: "/proc/\(process.pid)/root\(disk)/data")
        )
    }

    /// Starts a server on this data directory, with the store alone on a disk of its own that can be filled; see
    /// ``serve(onDiskOf:options:)``.
    func serve(storeOnDiskOf sizeMiB: Int) async throws -> Footprint {
        let script = """
            mkdir -p "$1/store" && mount -t tmpfs -o size=\(sizeMiB)m,mode=700 tmpfs "$1/store" && shift && exec "$@"
            """
        let process = try start(
            "/usr/bin/unshare",
            ["--map-root-user", "--mount", "/bin/sh", "-c", script, "sh", data, Program.path()]
                + ["serve", "--data", data, "--port", "0"]
        )
        return try await ready(Footprint(process: process, installation: self, data: data))
    }

    /// Starts a server without any of root's privileges, whoever runs the tests.
    func serveUnprivileged() async throws -> Footprint {
        let isRoot = geteuid() == 0
        let arguments = try [Program.path(), "serve", "--data", data, "--port", "0"]
        let process = try start(
            isRoot ? "/usr/bin/setpriv" : arguments[0],
            isRoot ? ["--bounding-set=-all", "--inh-caps=-all", "--"] + arguments : Array(arguments.dropFirst())
        )
        return try await ready(Footprint(process: process, installation: self, data: data))
    }

    /// Starts a server from another working directory.
    func serve(in directory: String) async throws -> Footprint {
        let process = try start(
            "/usr/bin/env",
            ["-C", directory, Program.path(), "serve", "--data", data, "--port", "0"]
        )
        return try await ready(Footprint(process: process, installation: self, data: data))
    }

    /// Starts a server from a shell whose soft limit of open files is this low.
    func serve(softFileLimit: Int) async throws -> Footprint {
        let process = try start(
            "/bin/sh",
            ["-c", "ulimit -Sn \(softFileLimit) && exec \"$@\"", "sh", Program.path()]
                + ["serve", "--data", data, "--port", "0"]
        )
        return try await ready(Footprint(process: process, installation: self, data: data))
    }

    /// Starts what becomes a server, by way of another program.
    private func start(_ executable: String, _ arguments: [String]) throws -> ChildProcess {
        try ChildProcess(
            executable,
            arguments,
            environment: Program.environment(),
            directory: Program.packageRoot,
            outputTo: folder,
            named: nextName
        )
    }

    private var nextName: String { "serve-\(servers.withLock { $0.count + 1 })" }

    private func ready(_ server: Footprint) async throws -> Footprint {
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
