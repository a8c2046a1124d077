import EmbeddedClickHouse
import EventStore
import Foundation
import Logging
import Testing

@Suite("Opening and closing")
struct LifecycleTests {
    @Test("a missing engine library is one sentence that says what to do")
    func noLibrary() async throws {
        let folder = try StoreFolder()
        let store = EmbeddedClickHouse(
            path: folder.path,
            library: EngineLibrary(path: folder.path + "/libchdb.so"),
            memoryBytes: 1 << 30,
            threads: 1,
            logger: Logger(label: "test")
        )
        await #expect {
            try await store.prepare()
        } throws: { error in
            guard case StoreError.misconfigured(let reason) = error else { return false }
            return reason.contains("make setup") && reason.contains(folder.path)
        }
        await store.shutdown()
    }

    @Test("a file that is no library is one sentence too")
    func brokenLibrary() async throws {
        let folder = try StoreFolder()
        let path = folder.path + "/libchdb.so"
        try Data("no library".utf8).write(to: URL(fileURLWithPath: path))
        let store = EmbeddedClickHouse(
            path: folder.path + "/store",
            library: EngineLibrary(path: path),
            memoryBytes: 1 << 30,
            threads: 1,
            logger: Logger(label: "test")
        )
        await #expect {
            try await store.prepare()
        } throws: { error in
            guard case StoreError.misconfigured(let reason) = error else { return false }
            return reason.contains("make setup")
        }
        await store.shutdown()
    }

    @Test("a store that another process has open is refused with a sentence")
    func inUse() async throws {
        let folder = try StoreFolder()
        // Another open file of this process stands for another process: the kernel sees no difference.
        try FileManager.default.createDirectory(atPath: folder.path + "/store", withIntermediateDirectories: true)
        let file = open(folder.path + "/store/status", O_RDWR | O_CREAT, 0o600)
        try #require(file >= 0)
        defer { close(file) }
        #expect(flock(file, LOCK_EX | LOCK_NB) == 0)
        await #expect {
            try await folder.withStore { _ in }
        } throws: { error in
            guard case StoreError.misconfigured(let reason) = error else { return false }
            return reason.contains("another process")
        }
    }

    @Test("before it is prepared and after it is shut down a store is unavailable")
    func unavailable() async throws {
        let folder = try StoreFolder()
        let store = try folder.unopenedStore()
        func expectUnavailable() async {
            let calls: [() async throws -> Void] = [
                { _ = try await store.query("SELECT 1", limits: QueryLimits()) },
                { try await store.execute("SELECT 1") },
                { try await store.insert(.events(1), token: "range") },
            ]
            for call in calls {
                guard case .unavailable? = await storeError(of: call) else {
                    Issue.record("not unavailable")
                    continue
                }
            }
        }
        await expectUnavailable()
        try await store.prepare()
        await store.shutdown()
        await store.shutdown()
        await expectUnavailable()
        await #expect(throws: StoreError.self) { try await store.prepare() }
    }

    @Test("shutting down ends what is asked and keeps what was inserted")
    func shutdownEndsQuestions() async throws {
        let folder = try StoreFolder()
        let store = try folder.unopenedStore()
        try await store.prepare()
        try await store.insert(.events(100), token: "range")
        let question = Task {
            try await store.query(
                "SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number))",
                limits: QueryLimits(timeoutSeconds: 300)
            )
        }
        try await waitUntil { store.questionsRunning == 1 }
        await store.shutdown()
        await #expect(throws: StoreError.unavailable("the statement was cancelled")) { try await question.value }
        let count = try await folder.withStore { try await $0.countOfEvents() }
        #expect(count == .uint(100))
    }

    @Test("stores of one process wait for each other, each with its own events")
    func oneAtATime() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for count in 1...4 {
                group.addTask {
                    try await withStore { store in
                        try await store.insert(.events(count), token: "range")
                        #expect(try await store.countOfEvents() == .uint(UInt64(count)))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("the process's signals stay with the process")
    func signals() async throws {
        try await withStore { store in
            try await store.insert(.events(10), token: "range")
            #expect(try await store.countOfEvents() == .uint(10))
            let file = try #require(FileHandle(forReadingAtPath: "/proc/self/maps"))
            let maps = String(decoding: file.readDataToEndOfFile(), as: UTF8.self)
            let engine = maps.split(separator: "\n").filter { $0.contains("libchdb") }.compactMap {
                line -> Range<UInt>? in
                let bounds = line.prefix(while: { $0 != " " }).split(separator: "-").compactMap { UInt($0, radix: 16) }
                return bounds.count == 2 ? bounds[0]..<bounds[1] : nil
            }
            try #require(!engine.isEmpty)
            for number in Int32(1)..<32 {
                var action = sigaction()
                sigaction(number, nil, &action)
                let handler = unsafeBitCast(action.__sigaction_handler, to: UInt.self)
                #expect(!engine.contains { $0.contains(handler) }, "signal \(number)")
            }
        }
    }
}
