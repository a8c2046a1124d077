/// Everything `footprint serve` can be told. The command line, the environment and the YAML file all end here.
package struct ServerSettings: Sendable {
    /// Holds `journal/`, `loader/`, `store/`, `access/`, `lock` and, while serving, `serve.json`.
    package var dataDirectory = "footprint-data"
    package var host = "127.0.0.1"
    /// 0 takes a free port; the ready line says which.
    package var port = 8080
    package var store = StoreLocation.embedded
    /// A journal segment is sealed once it holds this much.
    package var journalSegmentBytes = 64 << 20
    package var journalKeep = JournalKeep.untilLoaded
    /// Largest report body, unpacked.
    package var bodyLimitBytes = 1 << 20
    /// Origins answered by CORS; `*` answers any.
    package var corsOrigins = ["*"]
    /// Socket loops that serve connections; 0 takes one for two processors.
    package var eventLoops = 0
    package var headerTimeoutSeconds = 10
    package var bodyTimeoutSeconds = 30
    package var idleTimeoutSeconds = 120
    package var connectionLimit = 20_000
    /// Bytes of reports received but not yet on stable storage, over which new ones are answered 1005.
    package var bufferLimitBytes = 256 << 20
    /// Limits of the embedded engine; threads 0 takes one per processor.
    package var engineMemoryBytes = 4 << 30
    package var engineThreads = 0
    /// Folder with the console's static files; nil looks beside the executable and in the working directory.
    package var webDirectory: String?

    package init() {}

    package enum StoreLocation: Sendable, Equatable {
        /// chDB in this process, under `DATA/store`.
        case embedded
        /// A ClickHouse server or cluster, as a `clickhouse://` URL.
        case clickHouse(String)
    }

    package enum JournalKeep: Sendable, Equatable {
        /// A segment is removed once the store holds all of it.
        case untilLoaded
        /// Loaded segments stay this long.
        case seconds(Int)
        /// Nothing is removed.
        case forever
    }
}
