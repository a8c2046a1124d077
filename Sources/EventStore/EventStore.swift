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

    /// Inserts what else one range holds (refused reports, counts), likewise; a token names one range of one table.
    func insert(_ rows: TableRows, token: String) async throws(StoreError)

    /// Runs one read-only statement within the limits, enforced by the engine.
    func query(_ sql: SQL, limits: QueryLimits) async throws(StoreError) -> ResultSet

    /// Writes a statement's answer into a file of this machine, by the engine's own writer and in its own time: rows in no
    /// order, and never all of them in memory. What is there under that name already is replaced.
    func write(_ select: SQL, as format: FileFormat, to path: String) async throws(StoreError)

    /// Whether ``write(_:as:to:)`` can do so here.
    var writesFiles: Bool { get }

    /// Runs one statement that changes schema or data: migrations, retention, erasure.
    func execute(_ sql: SQL) async throws(StoreError)

    /// Whether others insert here too: what one loader knows of the store is then not all there is.
    var isShared: Bool { get }

    /// Runs one read-only statement on every copy of the rows that can be reached; all their answers together. What one
    /// copy lacks, because it lags, another may have.
    func queryEveryCopy(_ sql: SQL, limits: QueryLimits) async throws(StoreError) -> ResultSet

    /// Whether the events have beside them what ``Schema/rollups`` names.
    var hasRollups: Bool { get }

    /// A text that is another one as soon as a question about events before then (Unix seconds) may have another answer.
    /// nil: nobody can say.
    func eventsVersion(before seconds: Int64) async -> String?

    /// How many questions are worked on now, in this process.
    var questionsRunning: Int { get }

    /// Why nothing can be asked now; nil as far as is known.
    var trouble: String? { get }

    /// Ends the engine; later calls throw ``StoreError/unavailable(_:)``. Safe to repeat.
    func shutdown() async
}

/// What a store is that has its rows once, in this process.
extension EventStore {
    package var isShared: Bool { false }
    package var hasRollups: Bool { false }
    package var questionsRunning: Int { 0 }
    package func eventsVersion(before seconds: Int64) async -> String? { nil }
    package var trouble: String? { nil }
    package var writesFiles: Bool { false }

    /// What a store does that is somewhere else: its files would be there.
    package func write(_ select: SQL, as format: FileFormat, to path: String) async throws(StoreError) {
        throw .unavailable("it writes no files here; ask the ClickHouse server itself for them (FORMAT Parquet)")
    }

    package func queryEveryCopy(_ sql: SQL, limits: QueryLimits) async throws(StoreError) -> ResultSet {
        try await query(sql, limits: limits)
    }
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
