import Access
import Console
import EventStore
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Insights
import Logging
import NIOCore
import Reports
import Synchronization

/// A console over a real `Access` in a folder of its own, with a small site; only the event store is a stand-in, since
/// what is tested is what the console does with the store's answers.
struct RunningConsole: Sendable {
    let access: Access
    let appToken: String
    let adminToken: String
    let clock: Clock
    let store: AnsweringStore
    private let console: Console
    private let folder: String

    /// A clock that a test moves.
    final class Clock: Sendable {
        private let seconds = Mutex(Int64(Date().timeIntervalSince1970))

        var now: Int64 { seconds.withLock { $0 } }

        func advance(seconds more: Int64) {
            seconds.withLock { $0 += more }
        }
    }

    init(adminTTLSeconds: Int64 = 30 * 86_400, secureCookies: Bool = false) throws {
        folder = NSTemporaryDirectory() + "console-tests-\(UUID().uuidString)"
        try RunningConsole.makeSite(in: folder)
        try FileManager.default.createDirectory(atPath: folder + "/data", withIntermediateDirectories: true)
        clock = Clock()
        access = try Access(dataDirectory: folder + "/data")
        let app = try access.addApp(name: "tests")
        appToken = try access.issueToken(app: app.id, ttlSeconds: 3_600, nowSeconds: clock.now)
        adminToken = access.issueAdminToken(ttlSeconds: adminTTLSeconds, nowSeconds: clock.now)
        store = AnsweringStore()
        let clock = clock
        console = try Console(
            insights: Insights(store: store, plan: { .contract }),
            access: access,
            webDirectory: folder + "/web",
            assetsDirectory: folder + "/assets",
            logger: Logger(label: "console-tests") { _ in SwiftLogNoOpLogHandler() },
            secureCookies: secureCookies,
            nowSeconds: { clock.now }
        )
    }

    func test(_ use: @escaping @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let router = Router(context: ConsoleContext.self)
        console.addRoutes(to: router)
        try await Application(router: router).test(.live) { try await use($0) }
    }

    static func makeSite(in folder: String) throws {
        for name in ["web/styles", "web/tests", "assets"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        let files = [
            "web/index.html": "<!doctype html>{{modulepreload}}<script src={{assets}}/app.js></script>{{echarts}}",
            "web/app.js": String(repeating: "export const a = 1;\n", count: 100),
            "web/styles/not-found.css": "p { color: red }",
            "web/tests/secret.js": "no",
            "web/notes.txt": "no",
            "assets/echarts.min.js": "globalThis.echarts = {}",
        ]
        for (name, content) in files {
            try content.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
        }
    }
}

/// Answers every statement alike: with no rows, or with the error it was told.
final class AnsweringStore: EventStore {
    private let failure = Mutex<StoreError?>(nil)

    func fail(_ error: StoreError) {
        failure.withLock { $0 = error }
    }

    func prepare() async throws(StoreError) {}
    func insert(_ batch: EventBatch, token: String) async throws(StoreError) {}
    func execute(_ sql: SQL) async throws(StoreError) {}
    func shutdown() async {}

    func query(_ sql: SQL, limits: QueryLimits) async throws(StoreError) -> ResultSet {
        if let failure = failure.withLock({ $0 }) { throw failure }
        return ResultSet(columns: [], rows: [])
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }
}
