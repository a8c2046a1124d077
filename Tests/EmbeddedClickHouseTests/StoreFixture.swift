import EmbeddedClickHouse
import EventStore
import Foundation
import Logging

/// A folder for one store, gone when the test is over.
struct StoreFolder: ~Copyable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/footprint-store-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Opens the store, hands it over, and shuts it down. Fails, and says what to do, where the engine is missing.
    func withStore<Answer>(
        memoryBytes: Int = 1 << 30,
        _ body: (EmbeddedClickHouse) async throws -> Answer
    ) async throws -> Answer {
        let store = try unopenedStore(memoryBytes: memoryBytes)
        do {
            try await store.prepare()
            let answer = try await body(store)
            await store.shutdown()
            return answer
        } catch {
            await store.shutdown()
            throw error
        }
    }

    /// Removes what the engine remembers of tokens; returns how many files that was.
    func removeTokens() -> Int {
        let files = FileManager.default.enumerator(atPath: path + "/store/store")?.compactMap { $0 as? String } ?? []
        let logs = files.filter { $0.hasSuffix(".txt") && $0.contains("deduplication_logs/") }
        for log in logs { try? FileManager.default.removeItem(atPath: path + "/store/store/" + log) }
        return logs.count
    }

    func unopenedStore(memoryBytes: Int = 1 << 30) throws -> EmbeddedClickHouse {
        var logger = Logger(label: "test")
        logger.logLevel = .error
        return EmbeddedClickHouse(
            path: path + "/store",
            library: try EngineLibrary.locate(above: #filePath),
            memoryBytes: memoryBytes,
            threads: 2,
            logger: logger
        )
    }
}

func withStore<Answer>(
    memoryBytes: Int = 1 << 30,
    _ body: (EmbeddedClickHouse) async throws -> Answer
) async throws -> Answer {
    let folder = try StoreFolder()
    return try await folder.withStore(memoryBytes: memoryBytes, body)
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

extension EventStore {
    func rows(_ sql: SQL, _ limits: QueryLimits = QueryLimits()) async throws -> [[ResultSet.Value]] {
        try await query(sql, limits: limits).rows
    }

    /// The first value of the answer, shown as text.
    func value(_ sql: SQL) async throws -> ResultSet.Value? {
        try await rows(sql).first?.first
    }

    func countOfEvents() async throws -> ResultSet.Value? {
        try await value("SELECT count() FROM events")
    }
}

extension EventBatch {
    static let march2024: UInt32 = 1_710_300_000
    static let april2024: UInt32 = 1_712_900_000

    /// Events that differ in all that a test may look for; the arrival says which.
    static func events(_ count: Int, at time: UInt32 = march2024, from first: Int = 0) -> EventBatch {
        var batch = EventBatch()
        for number in first..<first + count {
            batch.append(number: number, time: time + UInt32(number % 1000))
        }
        return batch
    }

    mutating func append(number: Int, time: UInt32) {
        eventTime.append(time)
        eventTimeGiven.append(1)
        arrivalMicroseconds.append(UInt64(number))
        itemIndex.append(0)
        app.append("shop".utf8)
        uid.append("user \(number)".utf8)
        openid.append("open \(number)".utf8)
        deviceType.append(1)
        businessType.append(nil)
        channel.append(2)
        operateID.append(10000)
        pageID.append(UInt32(number % 7))
        posID.append(nil)
        prevID.append(0)
        traceID.append(Optional("trace \(number)".utf8))
        durationSeconds.append(UInt64(number))
        planVersion.append(1)
        identityHigh.append(UInt64(number))
        identityLow.append(UInt64.max)
        journalSegment.append(1)
        journalOffset.append(UInt64(number) * 100)
        clientAddress.append("".utf8)
        isLate.append(0)
        finishRow()
    }
}
