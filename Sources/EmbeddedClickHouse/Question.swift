internal import CADBC
internal import EventStore
internal import Synchronization

/// One question under way, from the moment it is asked until its answer is there or nobody wants it any more.
final class Question: Sendable {
    private enum State {
        case waiting
        case running
        case cancelled
        case ended
    }

    /// What the running statement carries as its `log_comment`, so that it can be found and ended.
    let mark: String
    private let state = Mutex(State.waiting)

    private static let lastMark = Atomic<UInt64>(0)

    init() {
        mark = "question \(Self.lastMark.add(1, ordering: .relaxed).newValue)"
    }

    var isRunning: Bool { state.withLock { $0 == .running } }

    /// Returns false where the question was cancelled before it began.
    func begin() -> Bool {
        state.withLock {
            guard case .waiting = $0 else { return false }
            $0 = .running
            return true
        }
    }

    func end() {
        state.withLock { $0 = .ended }
    }

    /// Returns true where a statement runs that has to be ended; a question that waits is only marked.
    func cancel() -> Bool {
        state.withLock {
            if case .waiting = $0 { $0 = .cancelled }
            return $0 == .running
        }
    }
}

extension EmbeddedClickHouse {
    /// Runs a statement in a session of its own (0.3 ms), which has the reader's rights and the limits as settings
    /// that cannot be changed, and hands the answer to `read`.
    func ask<Value: Sendable>(
        _ sql: SQL,
        _ limits: QueryLimits,
        _ read: @escaping @Sendable (inout ArrowStream) throws(EngineError) -> Value
    ) async throws(StoreError) -> Value {
        try StatementGuard.check(sql.text)
        let driver = try sessions().driver
        return try await supervised { [self] mark throws(EngineError) in try answer(sql, limits, mark, driver, read) }
    }

    /// Runs `body`, whose statement carries the mark it is given, on a question's thread. It is ended where nobody wants it
    /// any more.
    func supervised<Value: Sendable>(
        _ body: @escaping @Sendable (_ mark: String) throws(EngineError) -> Value
    ) async throws(StoreError) -> Value {
        let warden = try sessions().warden
        let question = Question()
        running.withLock { $0[ObjectIdentifier(question)] = question }
        defer { _ = running.withLock { $0.removeValue(forKey: ObjectIdentifier(question)) } }

        let cancelled = StoreError.unavailable("the question was cancelled")
        let job = Mutex<UInt64?>(nil)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, StoreError>, Never>) in
                let id = questions.submit(
                    run: {
                        guard question.begin() else { return continuation.resume(returning: .failure(cancelled)) }
                        let result = storeResult { () throws(EngineError) in try body(question.mark) }
                        question.end()
                        continuation.resume(returning: result)
                    },
                    refuse: { continuation.resume(returning: .failure($0)) }
                )
                job.withLock { $0 = id }
                // Cancelled before the job had a number.
                if Task.isCancelled { _ = questions.withdraw(id, cancelled) }
            }
        } onCancel: {
            if let id = job.withLock({ $0 }), questions.withdraw(id, cancelled) { return }
            end(question, warden)
        }
        return try result.get()
    }

    private func answer<Value>(
        _ sql: SQL,
        _ limits: QueryLimits,
        _ mark: String,
        _ driver: Driver,
        _ read: (inout ArrowStream) throws(EngineError) -> Value
    ) throws(EngineError) -> Value {
        let session = try EngineConnection(driver: driver, path: path, settings: settings(limits, mark))
        defer { session.close() }
        try session.run("USE \(Schema.database.text)")
        try session.run("SET ROLE \(EngineConfiguration.readerRole)")
        return try session.query(sql.text, read)
    }

    /// `readonly` = 1: the statement can change no setting, these limits included. The engine looks at the time a
    /// statement takes between blocks; 0 makes it do so from the start.
    private func settings(_ limits: QueryLimits, _ mark: String) -> KeyValuePairs<String, String> {
        [
            "log_comment": mark,
            "max_threads": String(threads),
            "max_execution_time": String(max(1, limits.timeoutSeconds)),
            "timeout_before_checking_execution_speed": "0",
            "timeout_overflow_mode": "throw",
            "max_memory_usage": String(limits.memoryBytes),
            // Groups and sorts that take more go on by way of the disk.
            "max_bytes_before_external_group_by": String(limits.memoryBytes / 2),
            "max_bytes_before_external_sort": String(limits.memoryBytes / 2),
            "max_result_rows": String(limits.resultRows),
            "result_overflow_mode": "throw",
            "allow_ddl": "0",
            "allow_introspection_functions": "0",
            "readonly": "1",
        ]
    }

    /// Ends a question's statement. ADBC's own cancel does not reach a statement before its first block, so that the
    /// engine is asked by its `KILL QUERY`, again until the statement is gone: it may not have begun yet.
    func end(_ question: Question, _ warden: EngineConnection) {
        guard question.cancel() else { return }
        let statement: SQL = "KILL QUERY WHERE Settings['log_comment'] = \(question.mark)"
        _ = endings.submit(
            run: {
                for _ in 0..<Self.endingAttempts where question.isRunning {
                    try? warden.run(statement.text)
                    for _ in 0..<10 where question.isRunning { cadbc_sleep_milliseconds(1) }
                }
            },
            refuse: { _ in }
        )
    }

    /// A second; after that the statement's own limit ends it.
    private static let endingAttempts = 100
}
