/// Where loaded events live and questions are answered: one schema and one SQL on every engine.
///
/// The journal is the truth, a store is derived from it: a store that is lost is loaded again. Inserts are idempotent
/// by their token, so a range sent twice counts once.
package protocol EventStore: Sendable {
    /// Opens the engine, creates the schema where there is none, migrates an older one. Safe to repeat.
    func prepare() async throws(StoreError)

    /// Inserts one range of the journal. Returns once the store holds it durably. `token` names the range: the same
    /// token again changes nothing.
    func insert(_ batch: EventBatch, token: String) async throws(StoreError)

    /// Inserts the refused reports of one range, likewise.
    func insert(_ batch: RefusedBatch, token: String) async throws(StoreError)

    /// Runs one read-only statement within the limits, enforced by the engine.
    func query(_ sql: SQL, limits: QueryLimits) async throws(StoreError) -> ResultSet

    /// Runs one statement that changes schema or data: migrations, retention, erasure.
    func execute(_ sql: SQL) async throws(StoreError)

    /// Ends the engine; later calls throw ``StoreError/unavailable(_:)``. Safe to repeat.
    func shutdown() async
}

/// How much one question may take. The engine enforces each.
package struct QueryLimits: Sendable {
    package var timeoutSeconds: Int
    package var memoryBytes: Int
    package var resultRows: Int

    package init(timeoutSeconds: Int = 30, memoryBytes: Int = 2 << 30, resultRows: Int = 1_000_000) {
        self.timeoutSeconds = timeoutSeconds
        self.memoryBytes = memoryBytes
        self.resultRows = resultRows
    }
}

/// Why a store did not do what was asked, by what the caller may do about it.
package enum StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Retry later: the engine is starting, stopping, out of reach or out of disk.
    case unavailable(String)
    /// The statement itself is wrong, or not allowed; the engine's error code where it gave one. Do not retry.
    case refused(message: String, code: Int?)
    /// The statement would take more time, memory or rows than it may. Ask for less.
    case overLimit(String)
    /// Fatal until somebody mends the set-up: library missing, schema from a newer version, data directory damaged.
    case misconfigured(String)

    package var description: String {
        switch self {
        case .unavailable(let reason): "the event store is unavailable: \(reason)"
        case .refused(let message, _): message
        case .overLimit(let reason): "the question takes too much: \(reason)"
        case .misconfigured(let reason): reason
        }
    }
}

/// A statement's answer: named columns and rows of values.
package struct ResultSet: Sendable, Equatable {
    package var columns: [String]
    package var rows: [[Value]]

    package init(columns: [String], rows: [[Value]]) {
        self.columns = columns
        self.rows = rows
    }

    package enum Value: Sendable, Equatable {
        case null
        case bool(Bool)
        case int(Int64)
        case uint(UInt64)
        case double(Double)
        case string(String)
        case array([Value])
    }
}
