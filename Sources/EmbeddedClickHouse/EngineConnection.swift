internal import CADBC
internal import EventStore

/// One session with the engine: its own settings, its own role, one statement at a time.
///
/// `@unchecked Sendable`: ADBC lets a connection move between threads and be used by one at a time; each connection
/// here belongs to one ``Lane`` job, or to a lane with a single thread.
final class EngineConnection: @unchecked Sendable {
    private let driver: Driver
    private var database = AdbcDatabase()
    private var connection = AdbcConnection()
    private var isOpen = false

    /// Opens a session; the first one starts the engine, the last one that closes ends it. `settings` are the engine's
    /// (server options count in the first session only).
    init(driver: Driver, path: String, settings: KeyValuePairs<String, String>) throws(EngineError) {
        self.driver = driver
        cadbc_signals_keep()
        defer { cadbc_signals_keep() }
        let table = driver.table.pointee
        var error = AdbcError()
        try call(&error) { table.DatabaseNew?(&database, $0) }
        defer {
            if !isOpen { _ = table.DatabaseRelease?(&database, nil) }
        }
        try call(&error) { table.DatabaseSetOption?(&database, "path", path, $0) }
        for (key, value) in settings {
            try call(&error) { table.DatabaseSetOption?(&database, "chdb." + key, value, $0) }
        }
        try call(&error) { table.DatabaseInit?(&database, $0) }
        try call(&error) { table.ConnectionNew?(&connection, $0) }
        do throws(EngineError) {
            try call(&error) { table.ConnectionInit?(&connection, &database, $0) }
        } catch {
            _ = table.ConnectionRelease?(&connection, nil)
            throw error
        }
        isOpen = true
    }

    deinit {
        close()
    }

    func close() {
        guard isOpen else { return }
        isOpen = false
        _ = driver.table.pointee.ConnectionRelease?(&connection, nil)
        _ = driver.table.pointee.DatabaseRelease?(&database, nil)
    }

    /// Runs a statement whose answer nobody reads.
    func run(_ text: String) throws(EngineError) {
        try withStatement(text) { statement, table, error throws(EngineError) in
            try call(&error) { table.StatementExecuteQuery?(&statement, nil, nil, $0) }
        }
    }

    /// Runs an `INSERT INTO table (…) VALUES (?, …)` with every row that `stream` holds, as one block.
    func insert(_ text: String, binding stream: inout ArrowArrayStream) throws(EngineError) {
        try withStatement(text) { statement, table, error throws(EngineError) in
            try call(&error) { table.StatementBindStream?(&statement, &stream, $0) }
            try call(&error) { table.StatementExecuteQuery?(&statement, nil, nil, $0) }
        }
    }

    /// Runs a statement and hands its answer, block by block, to `body`, which ends with the stream.
    func query<Answer>(
        _ text: String,
        _ body: (inout ArrowArrayStream) throws(EngineError) -> Answer
    ) throws(EngineError) -> Answer {
        try withStatement(text) { statement, table, error throws(EngineError) in
            var stream = ArrowArrayStream()
            try call(&error) { table.StatementExecuteQuery?(&statement, &stream, nil, $0) }
            defer { stream.release?(&stream) }
            return try body(&stream)
        }
    }

    private func withStatement<Answer>(
        _ text: String,
        _ body: (inout AdbcStatement, AdbcDriver, inout AdbcError) throws(EngineError) -> Answer
    ) throws(EngineError) -> Answer {
        let table = driver.table.pointee
        var error = AdbcError()
        var statement = AdbcStatement()
        try call(&error) { table.StatementNew?(&connection, &statement, $0) }
        defer { _ = table.StatementRelease?(&statement, nil) }
        try call(&error) { table.StatementSetSqlQuery?(&statement, text, $0) }
        return try body(&statement, table, &error)
    }

    /// A function missing from the driver's table is an error like any other.
    private func call(
        _ error: inout AdbcError,
        _ function: (UnsafeMutablePointer<AdbcError>) -> AdbcStatusCode?
    ) throws(EngineError) {
        guard let status = function(&error) else { throw EngineError("the engine's library lacks a function of ADBC") }
        if status != 0 { throw EngineError(taking: &error) }
    }
}
