import Collector
import EmbeddedClickHouse
import EventStore
import Foundation
import Journal
import Loader
import Logging
import RemoteClickHouse

/// Journal, store and the loader between them: what a data directory holds.
struct Storage: Sendable {
    let journal: Journal
    let store: any EventStore
    let loader: Loader
    let logger: Logger

    /// - Parameter startsWithoutStore: a store that is away for now is no reason not to start.
    static func open(
        _ directory: DataDirectory,
        _ settings: ServerSettings,
        startsWithoutStore: Bool = false,
        logger: Logger
    ) async throws(StartFailure) -> Storage {
        let location = try StoreChoice(directory).settle(settings.store)
        let store = try openStore(location, directory, settings, logger: logger)
        do throws(StoreError) {
            try await store.prepare()
        } catch {
            // A cluster that is away makes loading late, and nothing else: reports are journaled here.
            guard case .unavailable = error, location != .embedded, startsWithoutStore else {
                await store.shutdown()
                throw StartFailure(error.description)
            }
            logger.warning("starting without the store: it is away", metadata: ["reason": "\(error)"])
        }
        let options = JournalOptions(
            segmentBytes: settings.journalSegmentBytes,
            waitingBytesLimit: settings.limits.intake.bufferLimitBytes
        )
        do {
            let (journal, recovery) = try starting { () throws(JournalError) in
                try Journal.open(folder: directory.journal, options: options)
            }
            report(recovery, logger)
            let loader = try starting { () throws(LoaderRecordFile.Failure) in
                try Loader(
                    journal: journal,
                    recovery: recovery,
                    store: store,
                    directory: directory.loader,
                    keep: settings.journalKeep.loaderKeep,
                    logger: logger
                )
            }
            return Storage(journal: journal, store: store, loader: loader, logger: logger)
        } catch {
            await store.shutdown()
            throw StartFailure("\(error)")
        }
    }

    /// Makes everything submitted durable, loads for at most `loadSeconds`, and closes.
    func close(loadSeconds: Int) async {
        let journal = journal
        await offPool { journal.close() }
        if loadSeconds > 0 {
            let loading = Task { await loader.catchUp() }
            let limit = Task {
                try? await Task.sleep(for: .seconds(loadSeconds))
                loading.cancel()
            }
            await loading.value
            limit.cancel()
        }
        await store.shutdown()
    }

    private static func openStore(
        _ location: ServerSettings.StoreLocation,
        _ directory: DataDirectory,
        _ settings: ServerSettings,
        logger: Logger
    ) throws(StartFailure) -> any EventStore {
        switch location {
        case .embedded:
            let library = try starting { () throws(StoreError) in try EngineLibrary.locate() }
            return EmbeddedClickHouse(
                path: directory.store,
                library: library,
                memoryBytes: settings.engineMemoryBytes,
                threads: settings.engineThreads > 0
                    ? settings.engineThreads : ProcessInfo.processInfo.activeProcessorCount,
                logger: logger
            )
        case .clickHouse(let address):
            return try starting { () throws(StoreError) in
                try RemoteClickHouse(try StoreAddress(address), logger: logger)
            }
        }
    }

    private static func report(_ recovery: JournalRecovery, _ logger: Logger) {
        if let tail = recovery.tornTail {
            logger.notice(
                "a write that a crash cut short was put aside: nobody was told that it is stored",
                metadata: ["segment": "\(tail.segment)", "bytes": "\(tail.sizeBytes)", "kept_as": "\(tail.keptAs)"]
            )
        }
        for segment in recovery.segments {
            for damage in segment.damage {
                logger.critical(
                    "the journal is damaged here: reports may be lost; run `footprint journal verify`",
                    metadata: [
                        "segment": "\(segment.number)", "offset": "\(damage.offset)",
                        "bytes": "\(damage.sizeBytes)", "reason": "\(damage.reason.rawValue)",
                    ]
                )
            }
        }
        for missing in recovery.missingSegments {
            logger.critical(
                "a journal segment is missing: its reports may be lost",
                metadata: ["segment": "\(missing)"]
            )
        }
    }
}

extension ServerSettings.JournalKeep {
    fileprivate var loaderKeep: Loader.Keep {
        switch self {
        case .untilLoaded: .untilLoaded
        case .seconds(let seconds): .seconds(seconds)
        case .forever: .forever
        }
    }
}

/// Runs blocking work on a thread that is not the cooperative pool's.
func offPool(_ work: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread {
            work()
            continuation.resume()
        }
    }
}
