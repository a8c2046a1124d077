package import Access
package import EventStore
package import Journal
package import Loader
package import Logging
package import Quarantine

/// What may be done about one person's data, put together: erase it, hand it out.
package struct Privacy: Sendable {
    package let directory: PrivacyDirectory
    package let erasures: Erasures
    package let data: PersonalData
    package let loaded: LoadedMark

    /// - Parameters:
    ///   - dataDirectory: holds `privacy/` and `loader/`.
    ///   - quarantine: whose replays an erasure must not meet; nil where none can be.
    ///   - version: this program's, for receipts.
    ///   - nowMicroseconds: the clock that arrivals are taken from, Unix microseconds.
    package init(
        dataDirectory: String,
        journal: Journal,
        loader: Loader,
        store: any EventStore,
        quarantine: Quarantine?,
        access: Access,
        version: String,
        counters: PrivacyCounters,
        logger: Logger,
        nowMicroseconds: @escaping @Sendable () -> UInt64
    ) {
        directory = PrivacyDirectory(dataDirectory: dataDirectory)
        loaded = LoadedMark(journal: journal, loader: loader, directory: dataDirectory + "/loader")
        erasures = Erasures(
            directory: directory,
            journal: journal,
            loaded: loaded,
            store: store,
            quarantine: quarantine,
            access: access,
            version: version,
            counters: counters,
            logger: logger,
            nowMicroseconds: nowMicroseconds
        )
        data = PersonalData(
            directory: directory,
            journal: journal,
            loaded: loaded,
            store: store,
            version: version,
            nowSeconds: { Int64(nowMicroseconds() / 1_000_000) }
        )
    }
}
