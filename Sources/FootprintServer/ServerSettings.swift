package import Collector

/// Everything `footprint serve` can be told. The command line, the environment and the YAML file all end here.
package struct ServerSettings: Sendable {
    /// Holds `journal/`, `loader/`, `store/`, `access/`, `lock` and, while serving, `serve.json`.
    package var dataDirectory = "footprint-data"
    package var host = "127.0.0.1"
    /// 0 takes a free port; the ready line says which.
    package var port = 8080
    /// nil: as before, and embedded in a data directory that is new.
    package var store: StoreLocation?
    /// A journal segment is sealed once it holds this much.
    package var journalSegmentBytes = 64 << 20
    package var journalKeep = JournalKeep.untilLoaded
    /// Origins answered by CORS; `*` answers any.
    package var corsOrigins = ["*"]
    /// Socket loops that serve connections; 0 takes one for two processors.
    package var eventLoops = 0
    /// PEM files; nil: connections are in the clear. Both or none.
    package var tls: TLSFiles?
    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    package var trustedProxies: [AddressRange] = []
    /// How much of clients' addresses is kept with their reports.
    package var storedAddress = StoredAddress.none
    /// A tracking plan that is applied at the start and on SIGHUP, where it differs from the one in force; nil: the
    /// one in force stays until somebody applies another.
    package var planFile: String?
    /// What may change while the server runs.
    package var limits = ServerLimits()
    /// Refused reports that are kept; the oldest go first.
    package var quarantineBytes = 1 << 30
    /// Whole days that events and refused reports are kept after their own; 0: for ever.
    package var retainDays = 0
    /// This program's, for receipts of what it erased.
    package var version = ""
    /// Limits of the embedded engine; threads 0 takes one per processor.
    package var engineMemoryBytes = 4 << 30
    package var engineThreads = 0
    /// Folder with the console's static files; nil looks beside the executable and in the working directory.
    package var webDirectory: String?

    package init() {}

    package struct TLSFiles: Sendable, Equatable {
        package var certificate: String
        package var key: String

        package init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

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

/// Limits that SIGHUP makes the server read again.
package struct ServerLimits: Sendable, Equatable {
    package var intake = CollectorLimits()
    /// Token calls a second that one client address may make; 0 is no limit. Each costs a slow hash on purpose.
    package var tokenCallsPerSecond = 10

    package init() {}
}
