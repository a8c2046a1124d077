/// A folder of the data directory that only its owner may enter, and the rules by which several processes change its
/// files: under a lock, each file replaced as a whole, on stable storage before anybody is told.
package struct PrivateFolder: Sendable {
    package let path: String
    package let clock: AccessClock

    package init(path: String, clock: AccessClock) {
        self.path = path
        self.clock = clock
    }

    private var lockPath: String { "\(path)/lock" }

    /// Makes the folder where it is missing, and refuses one that others can write in. Safe to repeat.
    ///
    /// - Parameter parent: whose owner a folder that root makes is given to.
    package func make(below parent: String) throws(AccessError) {
        if try FileStamp.of(path) == nil {
            let owner = try inheritedOwner(from: parent)
            try makeDirectory(path)
            if let owner { try SystemFile(path, .read).setOwner(owner) }
        }
        guard let stamp = try FileStamp.of(path) else { throw .missing(file: path) }
        guard stamp.mode & 0o022 == 0 else { throw .writableByOthers(directory: path, mode: stamp.mode) }
    }

    /// The content of a file in the folder, and the stamp of exactly that content. Takes no lock: a rename shows a
    /// reader one whole content.
    package func read(_ path: String) throws(AccessError) -> (bytes: [UInt8], stamp: FileStamp) {
        let file = try SystemFile(path, .read)
        let stamp = try file.stamp()
        guard stamp.isRegular else { throw .damaged(file: path, reason: "not a regular file") }
        return (try file.read(), stamp)
    }

    /// Runs `body` while no other process, and no other caller in this one, changes anything in the folder.
    package func withLock<Result>(_ body: () throws(AccessError) -> Result) throws(AccessError) -> Result {
        let isNew = try FileStamp.of(lockPath) == nil
        let file = try SystemFile(lockPath, .readWrite)
        if isNew, let owner = try inheritedOwner() { try file.setOwner(owner) }
        try file.lock(clock: clock)
        defer { file.unlock() }
        return try body()
    }

    /// A new content, synced, beside the file whose place it will take.
    package struct StagedFile {
        fileprivate let fresh: String
        fileprivate let path: String
    }

    /// Writes a new content for `path` beside it; the lock must be held.
    package func stage(_ bytes: [UInt8], for path: String) throws(AccessError) -> StagedFile {
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

    /// Puts the new contents in the place of the old ones. On return they are on stable storage.
    package func commit(_ staged: [StagedFile]) throws(AccessError) {
        for file in staged { try renameFile(file.fresh, to: file.path) }
        if !staged.isEmpty { try syncDirectory(path) }
    }

    package func discard(_ staged: StagedFile) {
        try? removeFile(staged.fresh)
    }

    /// Puts a file with these bytes in the place of `path`; the lock must be held. On return it is on stable storage.
    package func replace(_ path: String, with bytes: [UInt8]) throws(AccessError) {
        try commit([try stage(bytes, for: path)])
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
