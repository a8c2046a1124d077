import Access
import Collector
import Loader
package import Logging
package import Privacy

/// What is held about persons in a data directory that no server runs on, for one-off commands.
package struct LocalPrivacy: Sendable {
    /// Locks the data directory, loads what the journal holds and the store does not, and opens both. `close` must be
    /// called.
    package static func open(
        dataDirectory: String,
        version: String,
        logger: Logger
    ) async throws(StartFailure) -> (privacy: Privacy, close: @Sendable () async -> Void) {
        let directory = try DataDirectory(dataDirectory)
        let access = try starting { () throws(AccessError) in try Access(dataDirectory: dataDirectory) }
        var settings = ServerSettings()
        settings.dataDirectory = dataDirectory
        let parts = try await Storage.open(directory, settings, logger: logger)
        await parts.loader.catchUp()
        let privacy = Privacy(
            dataDirectory: directory.path,
            journal: parts.journal,
            loader: parts.loader,
            store: parts.store,
            quarantine: nil,
            access: access,
            version: version,
            counters: PrivacyCounters(),
            logger: logger,
            nowMicroseconds: WallClock.microseconds
        )
        return (
            privacy,
            {
                await parts.close(loadSeconds: 0)
                // The lock goes last.
                withExtendedLifetime(directory) {}
            }
        )
    }
}
