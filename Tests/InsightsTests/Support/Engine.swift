import EmbeddedClickHouse
import EventStore
import Foundation
import Logging
import Testing

/// The real engine, open for as long as the suite that bears the trait ``Trait/engine`` runs, in a folder of its own.
///
/// The process may have one store open at a time: other targets' tests wait for this suite, as it waits for them.
actor Engine {
    static let shared = Engine()

    private var opened: EmbeddedClickHouse?

    var store: any EventStore {
        get throws {
            guard let opened else { throw StoreError.unavailable("ask under @Suite(.engine)") }
            return opened
        }
    }

    func whileOpen(_ body: @concurrent @Sendable () async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "footprint-insights-\(UUID().uuidString)")
        let store = EmbeddedClickHouse(
            path: folder.appending(path: "store").path,
            library: try EngineLibrary.locate(above: #filePath),
            memoryBytes: 2 << 30,
            threads: 2,
            logger: Logger(label: "insights tests") { _ in SwiftLogNoOpLogHandler() }
        )
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await store.prepare()
        opened = store
        let outcome: Result<Void, any Error>
        do {
            try await body()
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        opened = nil
        await store.shutdown()
        try outcome.get()
    }
}

struct EngineTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await Engine.shared.whileOpen(function)
    }
}

extension Trait where Self == EngineTrait {
    static var engine: EngineTrait { EngineTrait() }
}
