import Synchronization

/// Who may report and who may ask: apps, their secrets, signing keys, tokens and revocations, kept in `DATA/access`.
///
/// Promises:
/// - A token is verified from memory: its signature by a key we hold, its end, its revocation, its app. No look-up in a
///   file or table of tokens, so every node that holds the same keys can verify it alone.
/// - Several processes may change the folder at once; no change is lost, and a crash leaves the old content or the new.
/// - What another process changed is in force after the next ``reloadIfChanged()``; a token that names an app or key
///   this process has not heard of makes it look at once.
///
/// Safe from many threads. ``authenticate(_:nowSeconds:)`` may be called on an event loop. Everything that changes
/// something waits for the disk, and what deals with secrets takes some 30 ms besides: not on an event loop.
package final class Access: Sendable {
    package let directory: AccessDirectory
    package let clock: AccessClock

    /// What tokens are judged by; replaced as a whole.
    private let rules: Mutex<AccessRules>
    /// Held while the files are read, so that an older reading never replaces a newer one. Never while waiting for
    /// another process.
    private let reading: Mutex<Reading>
    private let generationCounter = Atomic<UInt64>(1)
    private let lastLookNanoseconds: Atomic<UInt64>

    private struct Reading {
        var contents: AccessContents
        var stamps: AccessDirectory.Stamps
        /// Files that could not be read: not tried again on a client's account while they stay as they are.
        var unreadable: AccessDirectory.Stamps?
    }

    /// Opens `dataDirectory`/access, or makes it with a fresh key and no apps.
    package init(dataDirectory: String, clock: AccessClock = .system) throws(AccessError) {
        self.clock = clock
        directory = try AccessDirectory.open(dataDirectory: dataDirectory, clock: clock)
        let (contents, stamps) = try directory.read()
        rules = Mutex(AccessRules(contents))
        reading = Mutex(Reading(contents: contents, stamps: stamps))
        lastLookNanoseconds = Atomic(clock.monotonicNanoseconds() &- AccessLimits.lookIntervalNanoseconds)
    }

    /// Changes whenever keys, apps or revocations changed in memory. One atomic read.
    ///
    /// Read it *before* authenticating to remember the answer under it: the rules change before the generation does,
    /// so an answer is never remembered under a generation newer than the rules that gave it.
    package var generation: UInt64 {
        generationCounter.load(ordering: .acquiring)
    }

    // MARK: - Judging tokens

    /// Who stands behind `token`: the bare token's bytes, without `Bearer`. Under 2 µs.
    ///
    /// Reads the files only where the token names a key or app unknown here, at most 100 times a second: `app add` and
    /// `token issue` in another process, then a report at once, must not be refused.
    package func authenticate(_ token: UnsafeRawBufferPointer, nowSeconds: Int64) -> Authentication {
        let generation = generation
        let verdict = rules.withLock({ $0 }).judge(token, nowSeconds: nowSeconds)
        switch verdict {
        case .refused(.unknownKey), .refused(.unknownApp):
            lookAgain()
            guard self.generation != generation else { return verdict }
            return rules.withLock({ $0 }).judge(token, nowSeconds: nowSeconds)
        default:
            return verdict
        }
    }

    // MARK: - Following the files

    /// Takes over what other processes changed: three `stat` calls where nothing did. Where a file is damaged or gone,
    /// throws and goes on by what was last read.
    package func reloadIfChanged() throws(AccessError) {
        try reading.withLock { (reading) throws(AccessError) in
            try reload(&reading)
        }
    }

    private func lookAgain() {
        let now = clock.monotonicNanoseconds()
        let last = lastLookNanoseconds.load(ordering: .relaxed)
        guard now &- last >= AccessLimits.lookIntervalNanoseconds,
            lastLookNanoseconds.compareExchange(expected: last, desired: now, ordering: .relaxed).exchanged
        else { return }
        reading.withLock { reading in
            guard let stamps = try? directory.stamps(), stamps != reading.unreadable else { return }
            do throws(AccessError) {
                try reload(&reading)
            } catch {
                // Whoever calls `reloadIfChanged` is told; this client is refused as before.
                reading.unreadable = stamps
            }
        }
    }

    private func reload(_ reading: inout Reading) throws(AccessError) {
        guard try directory.stamps() != reading.stamps else { return }
        let (contents, stamps) = try directory.read()
        reading.stamps = stamps
        reading.unreadable = nil
        guard contents != reading.contents else { return }
        reading.contents = contents
        let fresh = AccessRules(contents)
        rules.withLock { $0 = fresh }
        generationCounter.add(1, ordering: .releasing)
    }

    /// What tokens are judged by now.
    var currentRules: AccessRules {
        rules.withLock { $0 }
    }

    /// Changes the files under their lock, then takes over what they hold: on return the change is on stable storage
    /// and in force here. For what nobody decides, such as forgetting what is over: the audit log hears nothing of it.
    package func change<Result>(
        _ change: (inout AccessContents) throws(AccessError) -> Result
    ) throws(AccessError) -> Result {
        let result = try directory.change(change, recording: nil)
        takeOver()
        return result
    }

    /// Changes the files as ``change(_:)`` does, by somebody: where something changes, the audit log has an entry
    /// before, and where that cannot be written nothing changes.
    func change<Result>(
        by actor: AuditActor,
        _ change: (inout AccessContents) throws(AccessError) -> Result,
        recording event: @escaping (Result) -> AuditEvent
    ) throws(AccessError) -> Result {
        let result = try directory.change(change) { (event($0), actor) }
        takeOver()
        return result
    }

    /// After a change of our own, which is made whatever the look at it says: to answer that it failed would be untrue.
    /// The next look takes it over.
    private func takeOver() {
        try? reloadIfChanged()
    }
}
