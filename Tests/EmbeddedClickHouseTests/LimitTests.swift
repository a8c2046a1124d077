import EmbeddedClickHouse
import EventStore
import Foundation
import Testing

@Suite("Limits")
struct LimitTests {
    /// Would run for hours.
    private static let endless: SQL = "SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number))"

    private func isOverLimit(_ error: any Error) -> Bool {
        if case StoreError.overLimit = error { true } else { false }
    }

    @Test("a question that takes too long, too much memory or too many rows is ended, and the store answers on")
    func overLimit() async throws {
        try await withStore { store in
            try await store.insert(.events(1000), token: "range")

            let second = QueryLimits(timeoutSeconds: 1)
            await #expect { try await store.rows(Self.endless, second) } throws: { isOverLimit($0) }
            // Rows come one by one here, so that the limit is met while the answer is under way.
            await #expect {
                try await store.rows("SELECT sleepEachRow(0.1) FROM numbers(100)", second)
            } throws: { isOverLimit($0) }

            let small = QueryLimits(memoryBytes: 20 << 20)
            await #expect { try await store.rows("SELECT uniqExact(number) FROM numbers(10000000)", small) } throws: {
                isOverLimit($0)
            }

            let few = QueryLimits(resultRows: 999)
            await #expect { try await store.rows("SELECT uid FROM events", few) } throws: { isOverLimit($0) }
            #expect(try await store.rows("SELECT uid FROM events", QueryLimits(resultRows: 1000)).count == 1000)

            #expect(try await store.countOfEvents() == .uint(1000))
        }
    }

    @Test("the engine's own limit holds, whatever a question is allowed")
    func engineLimit() async throws {
        try await withStore(memoryBytes: 300 << 20) { store in
            await #expect {
                try await store.rows(
                    "SELECT uniqExact(number) FROM numbers(100000000)",
                    QueryLimits(memoryBytes: 8 << 30)
                )
            } throws: {
                isOverLimit($0)
            }
            #expect(try await store.value("SELECT 1") == .uint(1))
            // There is room again for what comes in.
            try await store.insert(.events(1000), token: "range")
            #expect(try await store.countOfEvents() == .uint(1000))
        }
    }

    @Test("a question whose task is cancelled ends long before its limit")
    func cancelled() async throws {
        try await withStore { store in
            let limits = QueryLimits(timeoutSeconds: 300)
            for statement in [
                Self.endless, "SELECT number FROM numbers(1000000000000) WHERE sipHash64(number) % 100000 = 0",
            ] {
                let task = Task { try await store.query(statement, limits: limits) }
                try await waitUntil { store.questionsRunning == 1 }
                task.cancel()
                // Not over the limit: the engine would have said that after five minutes.
                await #expect(throws: StoreError.unavailable("the statement was cancelled")) { try await task.value }
                #expect(store.questionsRunning == 0)
            }
        }
    }

    @Test("questions beyond those that run and wait are turned away, and waiting ones can be cancelled")
    func tooMany() async throws {
        try await withStore { store in
            let limits = QueryLimits(timeoutSeconds: 300)
            let room = EmbeddedClickHouse.questionsAtOnce + EmbeddedClickHouse.questionsWaiting
            let tasks = (0..<room + 10).map { _ in Task { try await store.query(Self.endless, limits: limits) } }
            // Ten of them come back at once; which ones, is nobody's business.
            let results = await withTaskGroup(of: Result<ResultSet, any Error>.self) { group in
                for task in tasks { group.addTask { await task.result } }
                var results: [Result<ResultSet, any Error>] = []
                for await result in group {
                    results.append(result)
                    if results.count == 10 { for task in tasks { task.cancel() } }
                }
                return results
            }
            for result in results {
                #expect(throws: StoreError.self) { try result.get() }
            }
            for result in results.prefix(10) {
                guard case .failure(let error) = result, case StoreError.unavailable(let reason) = error else {
                    Issue.record("not turned away: \(result)")
                    continue
                }
                #expect(reason.contains("try again"))
            }
            let answer = try await store.value("SELECT 1")
            #expect(answer == .uint(1))
        }
    }
}

func waitUntil(_ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(5)) }
}
