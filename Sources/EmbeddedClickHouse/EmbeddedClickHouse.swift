package import EventStore
internal import Foundation
package import Logging
internal import Synchronization

/// The event store in this process: chDB, which is ClickHouse as a library, reached through ADBC.
///
/// Guarantees:
/// - An insert that returned is on the disk, and the same token again changes nothing, also after a restart.
/// - A question changes nothing, reads nothing but our tables, and stays within its limits; one that does not is ended
///   by the engine, which lives on.
/// - Blocking calls run on threads of their own (``Lane``). How many questions run at once and how many wait is
///   bounded, and a question whose task is cancelled is ended within milliseconds.
///
/// One process opens one store at a time, and one store is open in one process.
package final class EmbeddedClickHouse: EventStore {
    /// How many questions run at once. More would share the same cores and multiply the memory.
    package static let questionsAtOnce = 4
    /// How many more may wait. Each waits at most for those before it, which are bounded in time.
    package static let questionsWaiting = 64

    enum State {
        case new
        case open(EngineSessions)
        case closed
    }

    let path: String
    let library: EngineLibrary
    let memoryBytes: Int
    let threads: Int
    let logger: Logger

    let changes = Lane(name: "changes", threads: 1, waiting: 64)
    let inserts = Lane(name: "inserts", threads: 1, waiting: 64)
    let questions = Lane(name: "questions", threads: questionsAtOnce, waiting: questionsWaiting)
    let endings = Lane(name: "endings", threads: 1, waiting: 1024)
    /// For looks at the engine's own tables, which take a millisecond and wait for no question.
    let observing = Lane(name: "observing", threads: 1, waiting: 256)

    let state = Mutex(State.new)
    let insertsBegun = Atomic<Int>(0)
    let running = Mutex<[ObjectIdentifier: Question]>([:])

    /// Opens nothing until ``prepare()``.
    ///
    /// - Parameters:
    ///   - path: the folder of the store; created where it is missing.
    ///   - memoryBytes: what the whole engine may hold, caches and all statements together.
    ///   - threads: how many threads one statement may use.
    package init(path: String, library: EngineLibrary, memoryBytes: Int, threads: Int, logger: Logger) {
        self.path = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        self.library = library
        self.memoryBytes = memoryBytes
        self.threads = max(1, threads)
        self.logger = logger
    }

    deinit {
        // Without a shutdown. No job is under way: each holds on to its store.
        for lane in [changes, inserts, questions, endings, observing] { lane.close() }
        if case .open(let sessions) = state.withLock({ $0 }) { sessions.close() }
        EngineSlot.give(ObjectIdentifier(self))
    }

    package func prepare() async throws(StoreError) {
        try await EngineSlot.take(ObjectIdentifier(self), path: path)
        do throws(StoreError) {
            try await changes.run { storeResult { () throws(StoreError) in try self.openOnce() } }
        } catch {
            if !isOpen { EngineSlot.give(ObjectIdentifier(self)) }
            throw error
        }
    }

    package func insert(_ batch: EventBatch, token: String) async throws(StoreError) {
        guard batch.count > 0 else { return }
        let sessions = try sessions()
        try await inserts.run { [self] in
            storeResult(inserting: true) { () throws(EngineError) in
                let writer = sessions.writer
                var batch = batch
                let number = insertsBegun.add(1, ordering: .relaxed).newValue
                if sessions.hadEvents, number <= ResentRange.suspiciousInserts {
                    batch = try ResentRange.missing(of: batch, in: writer)
                    if batch.count == 0 { return }
                }
                try Self.insert(ArrowRows(batch.rows), token: token, by: writer)
            }
        }
    }

    package func insert(_ rows: TableRows, token: String) async throws(StoreError) {
        guard rows.count > 0 else { return }
        let writer = try sessions().writer
        try await inserts.run {
            storeResult(inserting: true) { () throws(EngineError) in
                try Self.insert(ArrowRows(rows), token: token, by: writer)
            }
        }
    }

    private static func insert(
        _ rows: ArrowRows,
        token: String,
        by writer: EngineConnection
    ) throws(EngineError) {
        try writer.run(("SET insert_deduplication_token = \(token)" as SQL).text)
        try rows.withStream { stream throws(EngineError) in
            try writer.insert(rows.statement.text, binding: &stream)
        }
    }

    package func execute(_ sql: SQL) async throws(StoreError) {
        let owner = try sessions().owner
        try await changes.run { storeResult { () throws(EngineError) in try owner.run(sql.text) } }
    }

    package func query(_ sql: SQL, limits: QueryLimits) async throws(StoreError) -> ResultSet {
        try await ask(sql, limits) { stream throws(EngineError) in try Answer.read(&stream) }
    }

    /// Runs one read-only statement whose columns are all UInt64, and hands each block of its answer to `body` as it
    /// comes: for rebuilding what is larger than an answer may be. `limits.resultRows` counts here too.
    ///
    /// `body` runs on a thread of the store. The buffers, one for each column, are valid inside of it only.
    package func forEachBlock(
        _ sql: SQL,
        limits: QueryLimits,
        _ body: @escaping @Sendable (_ columns: [UnsafeBufferPointer<UInt64>]) -> Void
    ) async throws(StoreError) {
        try await ask(sql, limits) { stream throws(EngineError) in try Answer.forEachBlock(&stream, body) }
    }

    package func shutdown() async {
        let open = state.withLock { state -> EngineSessions? in
            defer { state = .closed }
            if case .open(let sessions) = state { return sessions }
            return nil
        }
        questions.close()
        inserts.close()
        if let open {
            for question in running.withLock({ Array($0.values) }) { end(question, open.warden) }
        }
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            // Joining blocks, and no lane can wait for itself.
            Thread.detachNewThread { [self] in
                for lane in [questions, inserts, endings, observing, changes] {
                    lane.close()
                    lane.join()
                }
                if let open {
                    open.close()
                    logger.info("store closed", metadata: ["path": "\(path)"])
                }
                EngineSlot.give(ObjectIdentifier(self))
                continuation.resume()
            }
        }
    }

    package var hasRollups: Bool { true }

    /// How many questions the engine works on now.
    package var questionsRunning: Int { running.withLock { $0.values.count(where: \.isRunning) } }

    var isOpen: Bool {
        if case .open = state.withLock({ $0 }) { true } else { false }
    }

    func sessions() throws(StoreError) -> EngineSessions {
        switch state.withLock({ $0 }) {
        case .open(let sessions): return sessions
        case .new: throw .unavailable("it is not prepared")
        case .closed: throw .unavailable("it is shut down")
        }
    }
}

func storeResult<Value>(_ body: () throws(StoreError) -> Value) -> Result<Value, StoreError> {
    do throws(StoreError) {
        return .success(try body())
    } catch {
        return .failure(error)
    }
}

func storeResult<Value>(
    inserting: Bool = false,
    _ body: () throws(EngineError) -> Value
) -> Result<Value, StoreError> {
    do throws(EngineError) {
        return .success(try body())
    } catch {
        return .failure(error.storeError(inserting: inserting))
    }
}
