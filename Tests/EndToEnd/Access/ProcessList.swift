import Foundation
import Testing

/// Arguments are what every user of the machine can read for as long as a command runs.
@Suite("Tokens in the process list")
struct ProcessList {
    /// Starts a command that goes on for a while, and waits until `secret` is not among its arguments any more.
    private func hides(
        _ secret: String,
        _ arguments: [String],
        folder: String,
        shows shown: String,
        then check: () async throws -> Void = {}
    ) async throws {
        let child = try Program.start(arguments, outputTo: folder, named: UUID().uuidString)
        defer { child.send(SIGKILL) }
        let path = "/proc/\(child.pid)/cmdline"
        let seen = try await eventually("the secret is hidden", withinSeconds: 20, every: 0.02) { () -> String? in
            try #require(child.ending == nil, "\(child.output)\(child.errors)")
            let arguments = try Data(contentsOf: URL(filePath: path)).split(
                separator: 0,
                omittingEmptySubsequences: false
            )
            .map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
            return arguments.contains("footprint") && !arguments.contains(secret) ? arguments : nil
        }
        #expect(seen.contains(shown + String(repeating: "*", count: secret.utf8.count)), "\(seen)")
        try await check()
        #expect(seen.contains("--data") || seen.contains("--to") || seen.contains("--url"), "the rest stays: \(seen)")
    }

    @Test("the token that `send` is given is not in it", arguments: ["--token ", "--token="])
    func send(spelling: String) async throws {
        try await Installation.serving { server in
            let folder = server.installation.folder
            let file = "\(folder)/slow.jsonl"
            let lines = (0..<60).map { #"{"uid":"u\#($0)","openid":"o","page_id":1}"# }
            try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: file))
            let token =
                spelling.hasSuffix("=") ? ["--token=\(server.token)"] : ["--token", server.token]
            try await hides(
                server.token,
                ["send", file, "--to", server.url, "--batch", "1", "--rate", "1"] + token,
                folder: folder,
                shows: spelling
            ) {
                // Hidden, and used all the same.
                _ = try await eventually("events arrive", withinSeconds: 30) {
                    try server.metric(#"reports_total{outcome="stored"}"#) ?? 0 > 0 ? true : nil
                }
            }
        }
    }

    @Test("nor is the one that `query` is given", arguments: ["--admin-token", "--token"])
    func query(option: String) async throws {
        try await TemporaryFolder.with { folder in
            // Somebody who takes connections and never answers.
            let silent = try SilentServer()
            try await hides(
                "a-secret-token",
                ["query", "overview", "--url", "http://127.0.0.1:\(silent.port)", option, "a-secret-token"],
                folder: folder,
                shows: "\(option) "
            )
        }
    }

    @Test("nor the one that `token revoke` is given, wherever it stands", arguments: [true, false])
    func revoke(first: Bool) async throws {
        try await Installation.with { installation in
            // While the folder is locked, the command waits.
            let lock = open("\(installation.data)/access/lock", O_RDWR | O_CLOEXEC)
            defer { close(lock) }
            #expect(flock(lock, LOCK_EX) == 0)
            let data = ["--data", installation.data]
            let token = [installation.token]
            try await hides(
                installation.token,
                ["token", "revoke"] + (first ? token + data : data + token),
                folder: installation.folder,
                shows: first ? "revoke " : "\(installation.data) "
            )
        }
    }
}

/// Takes connections and says nothing.
private final class SilentServer {
    let port: Int
    private let socket: Int32

    init() throws {
        socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(UInt32(0x7F00_0001).bigEndian)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = socket
        let isOpen = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, size) == 0 && listen(socket, 16) == 0 && getsockname(socket, $0, &size) == 0
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        try #require(isOpen)
    }

    deinit { close(socket) }
}
