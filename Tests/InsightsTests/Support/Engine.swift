import EmbeddedClickHouse
import EventStore
import Foundation
import Logging

/// The one real engine of the test process, in a folder of its own, started by the first test that asks for it. It ends
/// with the process, and its folder with the next start of a test run.
actor Engine {
    static let shared = Engine()

    private var starting: Task<EmbeddedClickHouse, any Error>?

    var store: any EventStore {
        get async throws {
            if let starting { return try await starting.value }
            let task = Task {
                let store = EmbeddedClickHouse(
                    path: try Self.freshFolder(),
                    library: try EngineLibrary.locate(),
                    memoryBytes: 2 << 30,
                    threads: 2,
                    logger: Logger(label: "insights tests") { _ in SwiftLogNoOpLogHandler() }
                )
                try await store.prepare()
                return store
            }
            starting = task
            return try await task.value
        }
    }

    private static func freshFolder() throws -> String {
        let parent = FileManager.default.temporaryDirectory.appending(path: "footprint-insights-tests")
        try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
        for folder in try FileManager.default.contentsOfDirectory(atPath: parent.path) {
            guard let process = Int32(folder), kill(process, 0) != 0 else { continue }
            try FileManager.default.removeItem(at: parent.appending(path: folder))
        }
        let folder = parent.appending(path: String(ProcessInfo.processInfo.processIdentifier))
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder.appending(path: "store").path
    }
}
