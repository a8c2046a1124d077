internal import CADBC
package import EventStore
internal import Foundation
internal import Synchronization

/// The shared library that holds the engine. Half a gigabyte: it is opened when a store is prepared, never before, so
/// that a collector in front of a ClickHouse cluster does not pay for it.
package struct EngineLibrary: Sendable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// Finds the library: where `FOOTPRINT_ENGINE` says, else `.engine/libchdb.so` (as `make setup` leaves it) or
    /// `engine/libchdb.so` in a folder above this file, which is the executable where none is named. Never where the
    /// command was typed: that folder may be a stranger's, and what lies there would be run.
    package static func locate(above file: String? = nil) throws(StoreError) -> EngineLibrary {
        if let named = ProcessInfo.processInfo.environment["FOOTPRINT_ENGINE"], !named.isEmpty {
            guard FileManager.default.fileExists(atPath: named) else {
                throw .misconfigured("FOOTPRINT_ENGINE names \(named), and there is no such file: run `make setup`")
            }
            return EngineLibrary(path: named)
        }
        for folder in foldersAbove(file ?? executable) {
            for place in [".engine/libchdb.so", "engine/libchdb.so"] {
                let path = folder + "/" + place
                if FileManager.default.fileExists(atPath: path) { return EngineLibrary(path: path) }
            }
        }
        throw .misconfigured(
            "the embedded engine's library (.engine/libchdb.so) is not there: run `make setup`, which fetches it"
        )
    }

    private static var executable: String {
        let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return path ?? CommandLine.arguments.first ?? ""
    }

    private static func foldersAbove(_ file: String) -> [String] {
        var folders: [String] = []
        var current = (file as NSString).deletingLastPathComponent
        while !current.isEmpty, current != "/" {
            folders.append(current)
            current = (current as NSString).deletingLastPathComponent
        }
        return folders
    }
}

extension EngineLibrary {
    /// Libraries opened so far, by path. One stays open until the process ends: its threads and exit handlers live in
    /// it.
    private static let opened = Mutex<[String: Driver]>([:])

    /// Opens the library, once. Takes a third of a second and blocks.
    func open() throws(StoreError) -> Driver {
        try Self.opened.withLock { drivers throws(StoreError) in
            if let driver = drivers[path] { return driver }
            guard FileManager.default.fileExists(atPath: path) else {
                throw .misconfigured("the embedded engine's library is not at \(path): run `make setup`")
            }
            let table = UnsafeMutablePointer<AdbcDriver>.allocate(capacity: 1)
            let reason = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { text -> String? in
                guard let start = text.baseAddress else { return "no memory" }
                return cadbc_load(path, table, start, text.count) == 0 ? nil : String(cString: start)
            }
            if let reason {
                table.deallocate()
                throw .misconfigured("the embedded engine's library does not open (\(reason)): run `make setup`")
            }
            let driver = Driver(table: UnsafePointer(table))
            drivers[path] = driver
            return driver
        }
    }
}

/// The engine's table of functions.
///
/// `@unchecked Sendable`: the table is written once, before it is shared, and lives as long as the process.
struct Driver: @unchecked Sendable {
    let table: UnsafePointer<AdbcDriver>
}
