import EmbeddedClickHouse
import EventStore
import Foundation
import Journal
import Loader
import Logging
import Reports
import Synchronization

/// A data directory with a journal, the real engine and a loader, and a way to break what is between them.
final class LoadingDock: Sendable {
    let path: String
    let store: EmbeddedClickHouse
    private let quiet: Logger

    init() async throws {
        path = NSTemporaryDirectory() + "footprint-loader-\(UUID().uuidString)"
        for folder in ["journal", "loader", "store"] {
            try FileManager.default.createDirectory(atPath: path + "/" + folder, withIntermediateDirectories: true)
        }
        var logger = Logger(label: "test")
        logger.logLevel = .error
        quiet = logger
        store = EmbeddedClickHouse(
            path: path + "/store",
            library: try EngineLibrary.locate(above: #filePath),
            memoryBytes: 2 << 30,
            threads: 2,
            logger: logger
        )
        try await store.prepare()
    }

    func close() async {
        await store.shutdown()
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Opens journal and loader as a start does, runs `body`, and drops both as a crash does.
    func run<Result>(
        store wrapped: (any EventStore)? = nil,
        segmentBytes: Int = 64 << 20,
        keep: Loader.Keep = .untilLoaded,
        _ body: (Journal, Loader) async throws -> Result
    ) async throws -> Result {
        let (journal, recovery) = try Journal.open(
            folder: path + "/journal",
            options: JournalOptions(segmentBytes: segmentBytes, preallocates: false)
        )
        defer { journal.close() }
        let loader = try Loader(
            journal: journal,
            recovery: recovery,
            store: wrapped ?? store,
            directory: path + "/loader",
            keep: keep,
            logger: quiet
        )
        return try await body(journal, loader)
    }

    func count(_ condition: SQL = "1") async throws -> UInt64 {
        let answer = try await store.query("SELECT count() FROM events WHERE \(condition)", limits: QueryLimits())
        guard case .uint(let count)? = answer.rows.first?.first else { return .max }
        return count
    }
}

/// Reports as the intake writes them.
enum Report {
    static func encode(_ json: String, arrival: UInt64) throws -> [UInt8] {
        let parser = ReportParser()
        let body = Array(json.utf8)
        var output = [UInt8](repeating: 0, count: encodedReportBound(bodyBytes: body.count))
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

    /// One event of one user, with a trace where given.
    static func visit(_ uid: String, page: Int, time: Int? = 1_710_300_000, trace: String? = nil) -> String {
        let time = time.map { #""event_time":\#($0),"# } ?? ""
        let trace = trace.map { #","trace_id":"\#($0)""# } ?? ""
        return #"{"head":{"uid":"\#(uid)","openid":"o"},"items":[{\#(time)"page_id":\#(page)\#(trace)}]}"#
    }
}

extension Journal {
    func append(_ reports: [String], arrival: UInt64 = 1_732_435_200_000_000) async throws {
        let batch = JournalBatch()
        for (number, report) in reports.enumerated() {
            batch.append(try Report.encode(report, arrival: arrival + UInt64(number)), kind: .report)
        }
        try await submit(batch)
    }

    /// Submits a batch and waits until it is durable.
    func submit(_ batch: JournalBatch) async throws {
        _ = try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<JournalPosition, any Error>) in
            do throws(JournalError) {
                try submit(batch) { _, result in continuation.resume(with: result) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}

/// The real store behind a wire that can be cut before or after an insert.
final class BreakableStore: EventStore {
    enum Break { case beforeInsert, afterInsert, unavailable }

    struct Crash: Error {}

    private let real: any EventStore
    let breaks: Mutex<[Break]>
    let inserts = Mutex<[String]>([])

    init(_ real: any EventStore, breaks: [Break]) {
        self.real = real
        self.breaks = Mutex(breaks)
    }

    func prepare() async throws(StoreError) { try await real.prepare() }
    func shutdown() async {}
    func execute(_ sql: SQL) async throws(StoreError) { try await real.execute(sql) }
    func query(_ sql: SQL, limits: QueryLimits) async throws(StoreError) -> ResultSet {
        try await real.query(sql, limits: limits)
    }

    func insert(_ rows: TableRows, token: String) async throws(StoreError) {
        try await real.insert(rows, token: token)
    }

    func insert(_ batch: EventBatch, token: String) async throws(StoreError) {
        let broken = breaks.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        if broken == .beforeInsert || broken == .unavailable { throw .unavailable("cut before the insert") }
        inserts.withLock { $0.append(token) }
        try await real.insert(batch, token: token)
        if broken == .afterInsert { throw .unavailable("cut after the insert") }
    }
}
