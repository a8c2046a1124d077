import EmbeddedClickHouse
import EventStore
import Foundation
import Logging
import RemoteClickHouse
import TestSupport
import Testing

/// The real engine, open for as long as the suite that bears the trait ``Trait/engine`` runs, in a folder of its own.
///
/// With `FOOTPRINT_TEST_CLUSTER=1` it is a cluster, and the same questions must have the same answers on it: a user is
/// on one of two shards, and rows come from one of two replicas. The process may have one store open at a time: other targets' tests wait for this suite, as it waits for them.
actor Engine {
    static let shared = Engine()

    /// What only the embedded engine has is tested on it alone.
    static let isEmbedded = ProcessInfo.processInfo.environment["FOOTPRINT_TEST_CLUSTER"] != "1"

    private var opened: (any EventStore)?

    var store: any EventStore {
        get throws {
            guard let opened else { throw StoreError.unavailable("ask under @Suite(.engine)") }
            return opened
        }
    }

    func whileOpen(_ body: @concurrent @Sendable () async throws -> Void) async throws {
        if !Self.isEmbedded {
            try await whileClusterRuns(body)
        } else {
            let folder = FileManager.default.temporaryDirectory.appending(
                path: "footprint-insights-\(UUID().uuidString)"
            )
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            try await whileOpen(
                EmbeddedClickHouse(
                    path: folder.appending(path: "store").path,
                    library: try EngineLibrary.locate(above: #filePath),
                    memoryBytes: 2 << 30,
                    threads: 2,
                    logger: Self.quiet
                ),
                body
            )
        }
    }

    private func whileClusterRuns(_ body: @concurrent @Sendable () async throws -> Void) async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().path
        let cluster = try ClickHouseCluster.start(root: root)
        defer { cluster.stop() }
        // Both replicas have what was inserted, whichever is asked next.
        let address = try StoreAddress(cluster.address + "&insert_quorum=2")
        let layout = try StoreLayout(address, logger: Self.quiet)
        try await layout.initialize { _ in }
        await layout.close()
        try await whileOpen(RemoteClickHouse(address, logger: Self.quiet), body)
    }

    private func whileOpen(
        _ store: any EventStore,
        _ body: @concurrent @Sendable () async throws -> Void
    ) async throws {
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

    private static let quiet = Logger(label: "insights tests") { _ in SwiftLogNoOpLogHandler() }
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
