internal import CADBC
internal import EventStore
internal import Logging
internal import Synchronization

/// The sessions that stay open as long as a store does. While one is open, the engine is.
struct EngineSessions: Sendable {
    let driver: Driver
    /// For changes of schema and data; used on the lane `changes`.
    let owner: EngineConnection
    /// For inserts; used on the lane `inserts`.
    let writer: EngineConnection
    /// For ending questions; used on the lane `endings`.
    let warden: EngineConnection
    /// For looks at the engine's own tables; used on the lane `observing`.
    let observer: EngineConnection
    /// Whether the store held events when it was opened; see ``ResentRange``.
    let hadEvents: Bool

    func close() {
        for session in [observer, warden, writer, owner] { session.close() }
    }
}

extension EmbeddedClickHouse {
    /// On the lane `changes`: opens library, engine and sessions, and brings the schema to our version.
    func openOnce() throws(StoreError) {
        switch state.withLock({ $0 }) {
        case .closed: throw .unavailable("it is shut down")
        case .open: return
        case .new: break
        }
        let clock = ContinuousClock()
        let began = clock.now
        let driver = try library.open()
        let owner = try start(driver)
        try migrate(owner)
        try mendRollups(owner)
        let sessions = try storeResult { () throws(EngineError) in
            EngineSessions(
                driver: driver,
                owner: owner,
                writer: try writer(driver),
                warden: try session(driver),
                observer: try session(driver),
                hadEvents: try hasEvents(owner)
            )
        }.get()
        let wasClosed = state.withLock { state in
            if case .closed = state { return true }
            state = .open(sessions)
            return false
        }
        if wasClosed {
            sessions.close()
            throw .unavailable("it is shut down")
        }
        let milliseconds = (clock.now - began) / .milliseconds(1)
        logger.info("store open", metadata: ["path": "\(path)", "milliseconds": "\(Int(milliseconds))"])
    }

    /// Starts the engine with its first session.
    private func start(_ driver: Driver) throws(StoreError) -> EngineConnection {
        let configuration = try EngineConfiguration(path: path, memoryBytes: memoryBytes, threads: threads).write()
        // The engine keeps a lock on this file while it has the folder open, and would say so on stderr only.
        guard cadbc_is_locked(path + "/status") == 0 else {
            throw .misconfigured("the store at \(path) is in use by another process: stop that one first")
        }
        do throws(EngineError) {
            let owner = try EngineConnection(driver: driver, path: path, settings: ["config-file": configuration])
            try owner.run("CREATE DATABASE IF NOT EXISTS \(Schema.database.text) ENGINE = Atomic")
            try owner.run("USE \(Schema.database.text)")
            return owner
        } catch {
            throw .misconfigured("the store at \(path) does not open: \(error.message)")
        }
    }

    /// Takes the steps from the version the store has to ours. A step is recorded when it is done; one that broke off
    /// is taken again.
    private func migrate(_ owner: EngineConnection) throws(StoreError) {
        for step in try Schema.steps(from: foundVersion(owner)) {
            logger.info("store migrates", metadata: ["version": "\(step.version)", "step": "\(step.name)"])
            do throws(EngineError) {
                for statement in step.statements(.embedded) { try owner.run(statement.text) }
                try owner.run(Schema.recordVersion(step.version).text)
            } catch {
                throw .misconfigured("the store at \(path) does not migrate to \(step.version): \(error.message)")
            }
        }
    }

    private func foundVersion(_ owner: EngineConnection) throws(StoreError) -> Int {
        do throws(EngineError) {
            try owner.run(Schema.createVersionsTable.text)
            let answer = try owner.query(Schema.readVersion.text) { stream throws(EngineError) in
                try Answer.read(&stream)
            }
            guard case .uint(let version)? = answer.rows.first?.first else {
                throw EngineError("it does not say which version it has")
            }
            return Int(version)
        } catch {
            throw .misconfigured("the store at \(path) is not readable: \(error.message)")
        }
    }

    private func hasEvents(_ owner: EngineConnection) throws(EngineError) -> Bool {
        let question: SQL = "SELECT 1 FROM \(Schema.events) LIMIT 1"
        return try owner.query(question.text) { stream throws(EngineError) in try !Answer.read(&stream).rows.isEmpty }
    }

    /// What is inserted comes as one block, so that its token counts once for each month in it.
    private func writer(_ driver: Driver) throws(EngineError) -> EngineConnection {
        let rows = String(1 << 30)
        return try session(
            driver,
            [
                "async_insert": "0",
                "max_threads": "1",
                "max_insert_threads": "1",
                "max_block_size": rows,
                "max_insert_block_size": rows,
                "min_insert_block_size_rows": rows,
                "min_insert_block_size_bytes": "0",
                "max_partitions_per_insert_block": "0",
            ]
        )
    }

    private func session(
        _ driver: Driver,
        _ settings: KeyValuePairs<String, String> = [:]
    ) throws(EngineError) -> EngineConnection {
        let connection = try EngineConnection(driver: driver, path: path, settings: settings)
        try connection.run("USE \(Schema.database.text)")
        return connection
    }
}
