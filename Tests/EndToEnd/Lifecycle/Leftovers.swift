import Foundation
import Testing

extension Lifecycle {
    @Suite("What a killed server left behind")
    struct Leftovers {
        @Test("its serve.json sends no token to whoever has the port now")
        func stranger() async throws {
            try await Installation.with { installation in
                let server = try await installation.serve()
                try await server.killAtOnce()
                // The port is a stranger's, and the process id in the file is somebody's who lives.
                let listener = try StrangerListener()
                let file = "\(installation.data)/serve.json"
                let stale = #"{"url":"http://127.0.0.1:\#(listener.port)","pid":\#(getpid())}"#
                try Data(stale.utf8).write(to: URL(filePath: file))
                let answer = try await Program.run(["query", "overview", "--data", installation.data])
                #expect(answer.succeeded, "\(answer)")
                #expect(!listener.wasCalled)
            }
        }

        @Test("pages and engine come from the program's own folders, never from where the command is typed")
        func workingDirectory() async throws {
            try await Installation.with { installation in
                let trap = "\(installation.folder)/trap"
                for folder in ["web/console", ".assets", ".engine"] {
                    try FileManager.default.createDirectory(
                        atPath: "\(trap)/\(folder)",
                        withIntermediateDirectories: true
                    )
                }
                try Data("<p>a stranger's page</p>".utf8).write(to: URL(filePath: "\(trap)/web/console/index.html"))
                try Data().write(to: URL(filePath: "\(trap)/.assets/echarts.min.js"))
                try Data("no library".utf8).write(to: URL(filePath: "\(trap)/.engine/libchdb.so"))
                let server = try await installation.serve(in: trap)
                #expect(try !server.ask(.get("/")).text.contains("stranger"))
                #expect(try server.question("overview")["pv"]?.int == 0)
            }
        }
    }
}

/// A socket that somebody else listens on, and whether anybody came.
private final class StrangerListener {
    private let socket: Int32
    let port: Int

    init() throws {
        socket = Foundation.socket(
            AF_INET,
            Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue),
            0
        )
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(UInt32(0x7F00_0001).bigEndian)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = socket
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 8) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        guard isListening else { throw CocoaError(.fileWriteUnknown) }
    }

    deinit { close(socket) }

    var wasCalled: Bool {
        let client = accept(socket, nil, nil)
        if client >= 0 { close(client) }
        return client >= 0
    }
}
