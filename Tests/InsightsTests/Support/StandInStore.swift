import EventStore
import Synchronization

/// A real store's questions, counted, and with only so much of what it could do.
final class StandInStore: EventStore {
    private let store: any EventStore
    let hasRollups: Bool
    private let questions = Mutex(0)

    /// How many statements the store was asked.
    var questionsAsked: Int { questions.withLock { $0 } }

    init(of store: any EventStore, hasRollups: Bool) {
        self.store = store
        self.hasRollups = hasRollups
    }

    func query(_ sql: SQL, limits: QueryLimits) async throws(StoreError) -> ResultSet {
        questions.withLock { $0 += 1 }
        return try await store.query(sql, limits: limits)
    }

    func eventsVersion(before seconds: Int64) async -> String? {
        await store.eventsVersion(before: seconds)
    }

    func prepare() async throws(StoreError) { try await store.prepare() }
    func insert(_ batch: EventBatch, token: String) async throws(StoreError) {
        try await store.insert(batch, token: token)
    }
    func insert(_ rows: TableRows, token: String) async throws(StoreError) {
        try await store.insert(rows, token: token)
    }
    func execute(_ sql: SQL) async throws(StoreError) { try await store.execute(sql) }
    func shutdown() async {}
}
