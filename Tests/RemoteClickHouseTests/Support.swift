import EventStore
import Foundation
import Logging
import RemoteClickHouse
import Reports
import TestSupport
import Testing

/// All tests that need the cluster, one after the other: they kill parts of it.
@Suite("On a cluster", .serialized, .cluster)
enum OnACluster {}

/// The cluster that runs as long as the suite that bears the trait.
enum SharedCluster {
    @TaskLocal fileprivate static var running: ClickHouseCluster?

    static var current: ClickHouseCluster {
        get throws { try #require(running, "this test belongs under OnACluster") }
    }
}

struct ClusterTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let cluster = try ClickHouseCluster.start(root: root)
        defer { cluster.stop() }
        try await SharedCluster.$running.withValue(cluster, operation: function)
    }
}

extension Trait where Self == ClusterTrait {
    static var cluster: ClusterTrait { ClusterTrait() }
}

let quiet = Logger(label: "remote tests") { _ in SwiftLogNoOpLogHandler() }

extension ClickHouseCluster {
    /// Kills these for `body`, and starts them again however that ends.
    func without(_ names: String..., body: () async throws -> Void) async throws {
        for name in names { try command("kill \(name)") }
        do {
            try await body()
        } catch {
            for name in names { try command("start \(name)") }
            throw error
        }
        for name in names { try command("start \(name)") }
    }

    /// A store in a database of its own, its tables laid out.
    func withStore<Answer>(
        options: String = "",
        _ body: (RemoteClickHouse, _ address: String) async throws -> Answer
    ) async throws -> Answer {
        let database = "test_" + UUID().uuidString.replacing("-", with: "")
        let address = address(database: database, options: options)
        try await layOut(address)
        return try await withStore(at: address) { try await body($0, address) }
    }

    /// A store that finds its tables there.
    func withStore<Answer>(
        at address: String,
        _ body: (RemoteClickHouse) async throws -> Answer
    ) async throws -> Answer {
        let store = try RemoteClickHouse(try StoreAddress(address), logger: quiet)
        do {
            let answer = try await body(store)
            await store.shutdown()
            return answer
        } catch {
            await store.shutdown()
            throw error
        }
    }

    func layOut(_ address: String) async throws {
        let layout = try StoreLayout(try StoreAddress(address), logger: quiet)
        do {
            try await layout.initialize { _ in }
        } catch {
            await layout.close()
            throw error
        }
        await layout.close()
    }
}

extension EventStore {
    func rows(_ sql: SQL) async throws -> [[ResultSet.Value]] {
        try await query(sql, limits: QueryLimits()).rows
    }

    func count(_ condition: SQL = "1") async throws -> Int {
        let rows = try await rows("SELECT count() FROM \(Schema.events) WHERE \(condition)")
        guard case .uint(let count)? = rows.first?.first else { return -1 }
        return Int(count)
    }
}

/// What a call fails with; nil where it does not.
func storeError(of call: () async throws -> Void) async -> StoreError? {
    do {
        try await call()
        return nil
    } catch {
        return error as? StoreError
    }
}

/// Asks until there is a value, for a minute.
func eventually<Value>(_ what: String, _ attempt: () async throws -> Value?) async throws -> Value {
    let deadline = ContinuousClock.now + .seconds(60)
    var last: (any Error)?
    while ContinuousClock.now < deadline {
        do {
            if let value = try await attempt() { return value }
        } catch {
            last = error
        }
        try await Task.sleep(for: .milliseconds(100))
    }
    throw ClickHouseCluster.Failure(description: "waited, and still not: \(what) (\(last.map { "\($0)" } ?? ""))")
}

extension EventBatch {
    static let march2024: UInt32 = 1_710_300_000

    /// Events of as many users, in two months.
    static func events(_ count: Int, from first: Int = 0, segment: UInt64 = 1, planVersion: UInt32 = 1) -> EventBatch {
        events(numbered: first..<first + count, segment: segment, planVersion: planVersion)
    }

    static func events(numbered numbers: some Sequence<Int>, segment: UInt64 = 1, planVersion: UInt32 = 1) -> EventBatch
    {
        var batch = EventBatch()
        for number in numbers {
            batch.append(
                number: number,
                time: march2024 + (number % 2 == 0 ? 0 : 2_629_800),
                segment: segment,
                planVersion: planVersion
            )
        }
        return batch
    }

    private mutating func append(number: Int, time: UInt32, segment: UInt64, planVersion: UInt32) {
        func bytes(_ text: String, _ body: (UnsafeRawBufferPointer) -> Void) { Array(text.utf8).withUnsafeBytes(body) }
        bytes("shop") { app in
            bytes("user \(number)") { uid in
                append(
                    eventTime: time,
                    isEventTimeGiven: true,
                    arrivalMicroseconds: UInt64(time) * 1_000_000 + UInt64(number),
                    itemIndex: 0,
                    app: app,
                    uid: uid,
                    openid: uid,
                    deviceType: number % 3 == 0 ? nil : 1,
                    businessType: nil,
                    channel: 2,
                    operateID: 10_000,
                    pageID: UInt32(number % 7),
                    posID: nil,
                    prevID: 0,
                    traceID: uid,
                    durationSeconds: UInt64(number),
                    planVersion: planVersion,
                    identity: .init(high: UInt64(number), low: .max),
                    journalSegment: segment,
                    journalOffset: UInt64(number) * 100
                )
            }
        }
    }
}
