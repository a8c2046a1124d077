import EventStore
import Insights
import Reports
import Synchronization
import Testing

/// What a cluster is asked. That its answers are right, the other tests show with `FOOTPRINT_TEST_CLUSTER=1`.
@Suite("On a cluster, what is counted by user is counted where the user is")
struct ShardTests {
    @Test(
        "each shard reads its own events, and only counts leave it",
        arguments: [
            ("overview", ""), ("trend", "metric=pv,uv,events,sessions,avg_duration,bounce_rate,new_users"),
            ("trend", "metric=new_users&channel=1"), ("pages", ""), ("positions", ""), ("breakdown", "by=channel"),
            ("flows", ""), ("paths", ""), ("paths", "start=1&depth=3"), ("funnel", "steps=page:1,page:5,operate:11000"),
            ("retention", "interval=week"),
        ]
    )
    func shards(question: String, query: String) async throws {
        let store = RecordingStore()
        let insights = Insights(store: store, plan: { .contract })
        _ = try await insights.answer(
            [question],
            parameters: parameters(query),
            nowSeconds: 1_710_000_000,
            language: .english
        )
        let asked = store.statements
        let events = asked.filter { $0.contains("events") && !$0.contains("sum(late)") }
        #expect(!events.isEmpty)
        for statement in events {
            #expect(statement.contains("`db`.shards AS every_shard ALL INNER JOIN"))
            #expect(statement.contains("FROM `db`.events_local"))
            #expect(!statement.contains("`db`.events "), "\(statement)")
            #expect(!statement.contains("FROM events "), "\(statement)")
        }
    }

    /// Answers everything with no rows, and remembers how a cluster would have been asked.
    private final class RecordingStore: EventStore {
        private let asked = Mutex<[String]>([])

        var statements: [String] { asked.withLock { $0 } }

        func query(_ sql: SQL, limits: QueryLimits) async throws(StoreError) -> ResultSet {
            asked.withLock { $0.append(sql.text(.cluster(database: "db"))) }
            return ResultSet(columns: [], rows: [])
        }

        func prepare() async throws(StoreError) {}
        func insert(_ batch: EventBatch, token: String) async throws(StoreError) {}
        func insert(_ rows: TableRows, token: String) async throws(StoreError) {}
        func execute(_ sql: SQL) async throws(StoreError) {}
        func shutdown() async {}
    }
}
