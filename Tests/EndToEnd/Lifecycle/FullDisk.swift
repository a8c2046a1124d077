import Foundation
import Testing

extension Lifecycle {
    /// Whether this machine lets a process mount a disk of its own; containers may not.
    static let mayMount: Bool = {
        let probe = try? ChildProcess(
            "/usr/bin/unshare",
            ["--map-root-user", "--mount", "/bin/sh", "-c", "mount -t tmpfs -o size=1m tmpfs /mnt"],
            directory: "/",
            outputTo: FileManager.default.temporaryDirectory.path,
            named: "footprint-mount-probe"
        )
        guard let probe else { return false }
        while probe.ending == nil { usleep(10_000) }
        return probe.ending == .exit(0)
    }()

    @Suite("A disk that is full", .enabled(if: mayMount, "this machine lets nobody mount a small disk"))
    struct FullDisk {
        @Test(
            "new reports are refused at once, what was acknowledged stays, and space brings it all back without a restart"
        )
        func full() async throws {
            try await Installation.with { installation in
                let server = try await installation.serve(onDiskOf: 160, options: ["--journal-segment-mib", "8"])
                let filler = URL(filePath: server.data).deletingLastPathComponent().appending(path: "filler")
                let uid = ReportBody.newUser("full")
                var acknowledged = 0
                func report() throws -> HTTPAnswer {
                    let items = (0..<1000).map { #"{"page_id":\#($0),"trace_id":"\#(acknowledged).\#($0)"}"# }
                    let answer = try server.report(
                        ReportBody.text(uid: uid, items: "[\(items.joined(separator: ","))]")
                    )
                    if answer.text == Fixed.stored { acknowledged += 1 }
                    return answer
                }
                expectStored(try report())
                try Self.fill(filler)

                // What the journal has set aside already may still take some.
                let refused = try await eventually("a report is refused", withinSeconds: 60, every: 0) {
                    let answer = try report()
                    return answer.text == Fixed.stored ? nil : answer
                }
                #expect(refused.status == 503)
                #expect(refused.ret == 1005)
                #expect(refused["Retry-After"] != nil)
                #expect(try server.ask(.get("/healthz")).status == 200)
                #expect(try server.ask(.get("/readyz")).status == 503)
                _ = try await eventually("the log says why", withinSeconds: 20) {
                    server.process.errors.contains("No space left on device") ? true : nil
                }
                for _ in 0..<20 { _ = try report() }
                #expect(server.process.ending == nil)

                try FileManager.default.removeItem(at: filler)
                _ = try await eventually("reports are taken again", withinSeconds: 30) {
                    try report().text == Fixed.stored ? true : nil
                }
                _ = try await eventually("the server is ready again", withinSeconds: 30) {
                    try server.ask(.get("/readyz")).status == 200 ? true : nil
                }
                let promised = acknowledged * 1000
                let found = try await eventually("\(promised) events", withinSeconds: 60, every: 0.5) {
                    let found = try server.eventCount(uid: uid)
                    return found >= promised ? found : nil
                }
                #expect(found == promised)
                #expect(try await server.stop() == .exit(0))
            }
        }

        /// Writes until nothing more fits.
        static func fill(_ file: URL) throws {
            try Data().write(to: file)
            let handle = try FileHandle(forWritingTo: file)
            defer { try? handle.close() }
            for size in [1 << 20, 1 << 12] {
                let block = Data(count: size)
                while (try? handle.write(contentsOf: block)) != nil {}
            }
        }
    }
}
