/// The folder `DATA/access` and the rules by which several processes share it.
///
/// - A change takes the lock of `lock`, reads the files afresh, writes the new content beside the old one, syncs it,
///   writes its entry into the audit log, renames the content into place and syncs the folder. So a crash or power cut
///   leaves the old content or the new one, two changes at once lose nothing, and none is missing from the log.
/// - Reading takes no lock: a rename shows a reader one whole content.
/// - Every file is 0600 and refused where it is more open; the folder is made 0700.
package struct AccessDirectory: Sendable {
    package let path: String
    package let clock: AccessClock

    package init(path: String, clock: AccessClock) {
        self.path = path
        self.clock = clock
    }

    package enum File: String, CaseIterable {
        case keys, apps, revocations

        package var format: String { "footprint access \(rawValue)" }
    }

    /// Identifies the contents last read, without reading them again.
    package struct Stamps: Equatable {
        var keys: FileStamp?
        var apps: FileStamp?
        var revocations: FileStamp?
    }

    func path(_ file: File) -> String { "\(path)/\(file.rawValue).json" }
    private var lockPath: String { "\(path)/lock" }
    package var audit: AuditLog { AuditLog(directory: self) }

    // MARK: - Opening

    /// Opens the folder, or makes it with a fresh key and no apps.
    static func open(dataDirectory: String, clock: AccessClock) throws(AccessError) -> AccessDirectory {
        let directory = AccessDirectory(path: "\(dataDirectory)/access", clock: clock)
        if try FileStamp.of(directory.path) == nil {
            let owner = try directory.inheritedOwner(from: dataDirectory)
            try makeDirectory(directory.path)
            if let owner { try SystemFile(directory.path, .read).setOwner(owner) }
        }
        guard let stamp = try FileStamp.of(directory.path) else { throw .missing(file: directory.path) }
        guard stamp.mode & 0o022 == 0 else { throw .writableByOthers(directory: directory.path, mode: stamp.mode) }
        // The keys are written last: where they are, all three files were.
        if try FileStamp.of(directory.path(.keys)) == nil { try directory.create() }
        return directory
    }

    /// Writes the first files. Where a crash left some of them, they are as empty as they would be now; where they
    /// hold something, the keys were there and somebody removed them: making new ones would refuse every token.
    private func create() throws(AccessError) {
        try withLock { () throws(AccessError) in
            // Another process may have been first.
            guard try FileStamp.of(path(.keys)) == nil else { return }
            try createUnderLock()
        }
    }

    private func createUnderLock() throws(AccessError) {
        let noApps = AppRecords(apps: [])
        let noRevocations = RevocationRecords(tokens: [], removedApps: [])
        if try FileStamp.of(path(.apps)) != nil, try read(.apps, as: AppRecords.self).0 != noApps {
            throw .missing(file: path(.keys))
        }
        if try FileStamp.of(path(.revocations)) != nil,
            try read(.revocations, as: RevocationRecords.self).0 != noRevocations
        {
            throw .missing(file: path(.keys))
        }
        try write(noRevocations, to: .revocations)
        try write(noApps, to: .apps)
        try write(KeyRecords.fresh(nowSeconds: clock.unixSeconds()), to: .keys)
    }

    // MARK: - Reading

    func stamps() throws(AccessError) -> Stamps {
        Stamps(
            keys: try FileStamp.of(path(.keys)),
            apps: try FileStamp.of(path(.apps)),
            revocations: try FileStamp.of(path(.revocations))
        )
    }

    /// All three files, each as it was last renamed into place, with the stamps of exactly what was read.
    package func read() throws(AccessError) -> (contents: AccessContents, stamps: Stamps) {
        let (keys, keysStamp) = try read(.keys, as: KeyRecords.self)
        let (apps, appsStamp) = try read(.apps, as: AppRecords.self)
        let (revocations, revocationsStamp) = try read(.revocations, as: RevocationRecords.self)
        for (file, fault) in [(File.keys, keys.fault), (.apps, apps.fault), (.revocations, revocations.fault)] {
            if let fault { throw .damaged(file: path(file), reason: fault) }
        }
        return (
            AccessContents(keys: keys, apps: apps, revocations: revocations),
            Stamps(keys: keysStamp, apps: appsStamp, revocations: revocationsStamp)
        )
    }

    private func read<Content: Decodable>(
        _ file: File,
        as: Content.Type
    ) throws(AccessError) -> (Content, FileStamp) {
        let path = path(file)
        guard try FileStamp.of(path) != nil else { throw .missing(file: path) }
        let open = try SystemFile(path, .read)
        let stamp = try open.stamp()
        try stamp.checkPrivate(path)
        return (try SealedFile.decode(try open.read(), as: Content.self, format: file.format, file: path), stamp)
    }

    // MARK: - Changing

    /// Runs `body` while no other process, and no other caller in this one, changes anything in the folder.
    package func withLock<Result>(_ body: () throws(AccessError) -> Result) throws(AccessError) -> Result {
        let isNew = try FileStamp.of(lockPath) == nil
        let file = try SystemFile(lockPath, .readWrite)
        if isNew, let owner = try inheritedOwner() { try file.setOwner(owner) }
        try file.lock(clock: clock)
        defer { file.unlock() }
        return try body()
    }

    /// What the audit log is told of a change that gave `Result`.
    typealias Entry<Result> = (Result) -> (event: AuditEvent, actor: AuditActor)

    /// Reads the files afresh, lets `change` alter their contents, and writes those that it altered, all under the
    /// lock. Nothing is written where `change` throws or altered nothing.
    func change<Result>(
        _ change: (inout AccessContents) throws(AccessError) -> Result,
        recording entry: Entry<Result>?
    ) throws(AccessError) -> Result {
        try withLock { () throws(AccessError) in
            let before = try read().contents
            var contents = before
            let result = try change(&contents)
            var staged: [StagedFile] = []
            do throws(AccessError) {
                if contents.revocations != before.revocations {
                    staged.append(try stage(contents.revocations, for: .revocations))
                }
                if contents.apps != before.apps { staged.append(try stage(contents.apps, for: .apps)) }
                if contents.keys != before.keys { staged.append(try stage(contents.keys, for: .keys)) }
                if !staged.isEmpty, let entry = entry?(result) { try audit.append(entry.event, by: entry.actor) }
            } catch {
                for file in staged { try? removeFile(file.fresh) }
                throw error
            }
            for file in staged { try renameFile(file.fresh, to: file.path) }
            if !staged.isEmpty { try syncDirectory(path) }
            return result
        }
    }

    private func write(_ content: some Encodable, to file: File) throws(AccessError) {
        try replace(path(file), with: SealedFile.encode(content, format: file.format))
    }

    private func stage(_ content: some Encodable, for file: File) throws(AccessError) -> StagedFile {
        try stage(SealedFile.encode(content, format: file.format), for: path(file))
    }

    /// Puts a file with these bytes in the place of `path`; the lock must be held. On return it is on stable storage.
    func replace(_ path: String, with bytes: [UInt8]) throws(AccessError) {
        let staged = try stage(bytes, for: path)
        try renameFile(staged.fresh, to: staged.path)
        try syncDirectory(self.path)
    }

    /// A new content, synced, beside the file whose place it will take.
    private struct StagedFile {
        let fresh: String
        let path: String
    }

    private func stage(_ bytes: [UInt8], for path: String) throws(AccessError) -> StagedFile {
        let fresh = "\(path).new"
        // Left by a crash, at most: nobody else writes while we hold the lock.
        try removeFile(fresh)
        let file = try SystemFile(fresh, .create)
        try file.setMode(0o600)
        if let owner = try inheritedOwner() { try file.setOwner(owner) }
        try file.write(bytes)
        // File systems count time in ticks of milliseconds and give a freed inode to the next file, so two changes
        // in one tick could look like none. Each content is later than the one before, by a nanosecond if need be.
        if let earlier = try FileStamp.of(path) { try file.setModified(after: earlier) }
        try file.sync()
        return StagedFile(fresh: fresh, path: path)
    }

    /// The folder's owner, where root must give a new file to him: see ``inheritedOwner(from:)``.
    func inheritedOwner() throws(AccessError) -> FileOwner? {
        try inheritedOwner(from: path)
    }

    /// Root's files go to whom the folder belongs, so that `sudo footprint app add` does not lock the server's own
    /// user out; nil for everybody else, and where there is nothing to inherit from.
    private func inheritedOwner(from path: String) throws(AccessError) -> FileOwner? {
        isSuperuser ? try FileStamp.of(path)?.owner : nil
    }
}
