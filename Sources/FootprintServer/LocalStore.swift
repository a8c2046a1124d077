package import EventStore
import Loader
package import Logging

/// The store of a data directory that no server runs on, for one-off commands.
package struct LocalStore: Sendable {
    /// Locks the data directory, loads what the journal holds and the store does not, and opens the store. `close`
    /// must be called.
    package static func open(
        dataDirectory: String,
        logger: Logger
    ) async throws(StartFailure) -> (store: any EventStore, close: @Sendable () async -> Void) {
        let directory = try DataDirectory(dataDirectory)
        var settings = ServerSettings()
        settings.dataDirectory = dataDirectory
        let parts = try await Storage.open(directory, settings, logger: logger)
        await parts.loader.catchUp()
        return (
            parts.store,
            {
                await parts.close(loadSeconds: 0)
                // The lock goes last.
                withExtendedLifetime(directory) {}
            }
        )
    }
}
