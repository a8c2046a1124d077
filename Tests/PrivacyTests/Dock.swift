import Access
import EmbeddedClickHouse
import EventStore
import Foundation
import Insights
import Journal
import Loader
import Logging
import Privacy
import Reports
import Synchronization

/// A data directory with journal, loader and the real engine, on which erasures are made and broken off.
final class Dock {
    let folder: DataFolder
    let store: EmbeddedClickHouse
    let access: Access
    private let quiet: Logger
    private let lastArrival = Atomic<UInt64>(1_732_435_200_000_000)

    init() async throws {
        folder = try DataFolder()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        quiet = logger
        access = try Access(dataDirectory: folder.path)
        store = EmbeddedClickHouse(
            path: folder.path + "/store",
            library: try EngineLibrary.locate(above: #filePath),
            memoryBytes: 2 << 30,
            threads: 2,
            logger: logger
        )
        try await store.prepare()
    }

    func close() async { await store.shutdown() }

    /// Opens journal and loader as a start does, loads, runs `body`, and drops all as a crash does.
    func run<Result>(
        breaking store: BreakingStore? = nil,
        _ body: (Journal, Privacy) async throws -> Result
    ) async throws -> Result {
        let (journal, recovery) = try Journal.open(
            folder: folder.path + "/journal",
            options: JournalOptions(segmentBytes: 2_048, preallocates: false)
        )
        defer { journal.close() }
        let loader = try Loader(
            journal: journal,
            recovery: recovery,
            store: self.store,
            directory: folder.path + "/loader",
            keep: .forever,
            logger: quiet
        )
        await loader.catchUp()
        let privacy = Privacy(
            dataDirectory: folder.path,
            journal: journal,
            loader: loader,
            store: store ?? self.store,
            quarantine: nil,
            access: access,
            version: "test",
            counters: PrivacyCounters(),
            logger: quiet,
            // After everything that is reported here.
            nowMicroseconds: { 1_732_500_000_000_000 }
        )
        return try await body(journal, privacy)
    }

    func count(_ table: SQL, _ condition: SQL) async throws -> Int {
        let answer = try await store.query(
            "SELECT toUInt64(count()) FROM \(table) WHERE \(condition)",
            limits: QueryLimits()
        )
        guard case .uint(let count)? = answer.rows.first?.first else { return -1 }
        return Int(count)
    }

    // MARK: - Reports as the intake writes them

    /// Three reports of each uid, and one that is refused.
    func report(_ uids: [String], to journal: Journal) async throws {
        let batch = JournalBatch()
        for uid in uids {
            for page in 1...3 {
                let body = #"{"head":{"uid":"\#(uid)","openid":"o"},"items":[{"page_id":\#(page)}]}"#
                batch.append(try encoded(Array(body.utf8)), kind: .report)
            }
            batch.append(refused(Array(#"{"head":{"uid":"\#(uid)"},"items":"none"}"#.utf8)), kind: .refused)
        }
        _ = try await withCheckedThrowingContinuation { continuation in
            do throws(JournalError) {
                try journal.submit(batch) { _, result in continuation.resume(with: result) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    private func nextArrival() -> UInt64 { lastArrival.wrappingAdd(1, ordering: .relaxed).newValue }

    private func encoded(_ body: [UInt8]) throws -> [UInt8] {
        let parser = ReportParser()
        var output = [UInt8](repeating: 0, count: encodedReportBound(bodyBytes: body.count))
        let arrival = nextArrival()
        let app = Array("app_test".utf8)
        let encoded = try body.withUnsafeBytes { body in
            try app.withUnsafeBytes { app in
                try output.withUnsafeMutableBytes { output in
                    try parser.parse(
                        body,
                        plan: PlanTable(.contract),
                        circumstances: .init(
                            app: app,
                            nowSeconds: Int64(arrival / 1_000_000),
                            arrivalMicroseconds: arrival
                        ),
                        into: output
                    )
                }
            }
        }
        return Array(output[..<encoded.sizeBytes])
    }

    private func refused(_ body: [UInt8]) -> [UInt8] {
        var room = [UInt8](repeating: 0, count: RefusedReport.bound(bodyBytes: body.count))
        let app = Array("app_test".utf8)
        let arrival = nextArrival()
        let size = room.withUnsafeMutableBytes { room in
            body.withUnsafeBytes { body in
                app.withUnsafeBytes { app in
                    RefusedReport.encode(
                        body,
                        rejection: Rejection(.contentType, at: .report),
                        app: app,
                        idempotencyKey: nil,
                        planVersion: 1,
                        arrivalMicroseconds: arrival,
                        into: room
                    )
                }
            }
        }
        return Array(room[..<size])
    }
}

/// The real store behind a wire that is cut at one call: before it is made, or after it was made and before it is told.
final class BreakingStore: EventStore {
    struct Cut: Sendable {
        /// Counted from 0.
        var call: Int
        var isAfter: Bool
    }

    private let real: any EventStore
    private let cut: Cut
    private let calls = Atomic<Int>(0)

    init(_ real: any EventStore, _ cut: Cut) {
        self.real = real
        self.cut = cut
    }

    /// Whether the erasure got as far as the cut.
    var wasCut: Bool { calls.load(ordering: .relaxed) > cut.call }

    private func pass<Value>(
        _ call: () async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let number = calls.wrappingAdd(1, ordering: .relaxed).oldValue
        // From then on the wire stays cut, as it does for a process that was killed.
        guard number < cut.call || (number == cut.call && cut.isAfter) else { throw .unavailable("cut") }
        let value = try await call()
        guard number < cut.call else { throw .unavailable("cut") }
        return value
    }

    func prepare() async throws(StoreError) { try await real.prepare() }
    func shutdown() async {}
    func insert(_ batch: EventBatch, token: String) async throws(StoreError) {
        try await real.insert(batch, token: token)
    }
    func insert(_ rows: TableRows, token: String) async throws(StoreError) {
        try await real.insert(rows, token: token)
    }
    func write(_ select: SQL, as format: FileFormat, to path: String) async throws(StoreError) {
        try await real.write(select, as: format, to: path)
    }
    func execute(_ sql: SQL) async throws(StoreError) {
        try await pass { () throws(StoreError) in try await real.execute(sql) }
    }
    func query(_ sql: SQL, limits: QueryLimits) async throws(StoreError) -> ResultSet {
        try await pass { () throws(StoreError) in try await real.query(sql, limits: limits) }
    }
}
