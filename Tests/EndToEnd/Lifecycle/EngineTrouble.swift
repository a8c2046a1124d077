import Foundation
import Testing

extension Lifecycle {
    @Suite("A store in trouble", .enabled(if: mayMount, "this machine lets nobody mount a small disk"))
    struct EngineTrouble {
        @Test("the store refuses: intake goes on, /readyz and metrics tell, and all is loaded when it works again")
        func refuses() async throws {
            try await Installation.with { installation in
                let server = try await installation.serve(storeOnDiskOf: 48)
                let filler = URL(filePath: "/proc/\(server.process.pid)/root\(installation.data)/store/filler")
                let uid = ReportBody.newUser("trouble")
                var acknowledged = 0
                func report() throws {
                    let items = (0..<500).map { #"{"page_id":\#($0),"trace_id":"\#(acknowledged).\#($0)"}"# }
                    expectStored(
                        try server.report(ReportBody.text(uid: uid, items: "[\(items.joined(separator: ","))]"))
                    )
                    acknowledged += 500
                }
                try report()
                _ = try await server.events(of: uid, atLeast: 500)
                #expect(try server.metric("loader_ok") == 1)

                try FullDisk.fill(filler)
                _ = try await eventually("the metrics tell", withinSeconds: 60, every: 0.1) {
                    try report()
                    return try server.metric("loader_ok") == 0 ? true : nil
                }
                for _ in 0..<20 { try report() }
                let ready = try server.ask(.get("/readyz"))
                #expect(ready.status == 200, "the store's trouble is not the intake's")
                let told = try #require(ready.json?["loading"]?.string)
                #expect(told != "ok")
                #expect(try server.metric("loader_lag_bytes") ?? 0 > 0)

                try FileManager.default.removeItem(at: filler)
                let found = try await eventually("\(acknowledged) events", withinSeconds: 90, every: 0.5) {
                    let found = try server.eventCount(uid: uid)
                    return found >= acknowledged ? found : nil
                }
                #expect(found == acknowledged)
                _ = try await eventually("the metrics tell", withinSeconds: 10) {
                    try server.metric("loader_ok") == 1 ? true : nil
                }
                #expect(try await server.stop() == .exit(0))
            }
        }
    }
}
