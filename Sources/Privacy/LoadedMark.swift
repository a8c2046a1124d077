package import Journal
package import Loader

/// How far the store has the journal for good: as the loader's own record says it, which is what a restart goes by.
///
/// Until a range is in that record it may be read and sent again, so that nothing in it may change.
package struct LoadedMark: Sendable {
    private let journal: Journal
    private let loader: Loader
    private let file: LoaderRecordFile

    /// - Parameter directory: `DATA/loader`.
    package init(journal: Journal, loader: Loader, directory: String) {
        self.journal = journal
        self.loader = loader
        file = LoaderRecordFile(directory: directory)
    }

    /// Everything before is loaded, and will never be read for loading again.
    func position() throws(LoaderRecordFile.Failure) -> JournalPosition {
        guard let record = try file.read(), record.journal == journal.identity else { return .start }
        return record.loadedTo
    }

    /// Waits until everything before `end` is loaded.
    func wait(for end: JournalPosition, seconds: Int) async throws(PrivacyError) {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            do throws(LoaderRecordFile.Failure) {
                if try position() >= end { return }
            } catch {
                throw .notLoaded(reason: "\(error)")
            }
            guard ContinuousClock.now < deadline else {
                throw .notLoaded(reason: loader.status.trouble ?? "\(loader.lagBytes) bytes of the journal wait")
            }
            do { try await Task.sleep(for: .milliseconds(50)) } catch { throw .stopping }
        }
    }
}
