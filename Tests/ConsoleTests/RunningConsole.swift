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
import NIOPosix
import Plans
import Reports
import Synchronization

/// A console over a real `Access` in a folder of its own, with a small site; only the event store is a stand-in, since
/// what is tested is what the console does with the store's answers.
struct RunningConsole: Sendable {
    let access: Access
    let appToken: String
    let adminToken: String
    let viewerToken: String
    let appID: String
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

    init(adminTTLSeconds: Int64 = 30 * 86_400) throws {
        folder = NSTemporaryDirectory() + "console-tests-\(UUID().uuidString)"
        try RunningConsole.makeSite(in: folder)
        try FileManager.default.createDirectory(atPath: folder + "/data", withIntermediateDirectories: true)
        let clock = Clock()
        self.clock = clock
        access = try Access(
            dataDirectory: folder + "/data",
            clock: AccessClock(
                unixSeconds: { clock.now },
                monotonicNanoseconds: AccessClock.system.monotonicNanoseconds
            )
        )
        let app = try access.addApp(name: "tests", by: .system)
        appID = app.id
        appToken = try access.issueToken(app: app.id, ttlSeconds: 3_600, nowSeconds: clock.now)
        adminToken = access.issueAdminToken(ttlSeconds: adminTTLSeconds, nowSeconds: clock.now)
        viewerToken = access.issueAdminToken(role: .viewer, ttlSeconds: adminTTLSeconds, nowSeconds: clock.now)
        store = AnsweringStore()
        console = try Console(
            insights: Insights(store: store, plan: { .contract }),
            access: access,
            plans: try CurrentPlan(dataDirectory: folder + "/data", access: access),
            webDirectory: folder + "/web",
            assetsDirectory: folder + "/assets",
            logger: Logger(label: "console-tests") { _ in SwiftLogNoOpLogHandler() },
            threads: .singleton,
            nowSeconds: { clock.now }
        )
    }

    func test(_ use: @escaping @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let router = Router(context: ConsoleContext.self)
        console.addRoutes(to: router)
        try await Application(router: router).test(.live) { try await use($0) }
    }

    /// The answer to a request that came as the front door hands it on.
    func answer(
        _ request: Request,
        isSecure: Bool = false,
        address: String = "192.0.2.7"
    ) async throws -> (response: Response, body: String) {
        let router = Router(context: ConsoleContext.self)
        console.addRoutes(to: router)
        let context = ConsoleContext(
            logger: Logger(label: "console-tests") { _ in SwiftLogNoOpLogHandler() },
            clientAddress: address,
            clientNetwork: address,
            isSecure: isSecure
        )
        let response = try await router.buildResponder().respond(to: request, context: context)
        let body = Body()
        try await response.body.write(body)
        return (response, body.text)
    }

    private final class Body: ResponseBodyWriter {
        private let buffer = Mutex(ByteBuffer())

        var text: String { buffer.withLock { String(buffer: $0) } }

        func write(_ more: ByteBuffer) async throws {
            buffer.withLock { _ = $0.writeImmutableBuffer(more) }
        }

        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }

    var auditLines: [String] {
        get throws {
            try String(contentsOfFile: access.audit.path, encoding: .utf8).split(separator: "\n").map(String.init)
        }
    }

    static func makeSite(in folder: String) throws {
        for name in ["web/styles", "web/tests", "web/docs", "assets"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        let files = [
            "web/index.html": "<!doctype html>{{modulepreload}}<script src={{assets}}/app.js></script>{{echarts}}",
            "web/app.js": String(repeating: "export const a = 1;\n", count: 100),
            "web/docs/index.html": "<!doctype html><script src={{assets}}/docs/page.js></script>",
            "web/docs/openapi.json": #"{"paths": {"{{questions}}": {}}}"#,
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
    func insert(_ rows: TableRows, token: String) async throws(StoreError) {}
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
