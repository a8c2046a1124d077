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
    private var folder: PrivateFolder { PrivateFolder(path: path, clock: clock) }
    package var audit: AuditLog { AuditLog(directory: self) }

    // MARK: - Opening

    /// Opens the folder, or makes it with a fresh key and no apps.
    static func open(dataDirectory: String, clock: AccessClock) throws(AccessError) -> AccessDirectory {
        let directory = AccessDirectory(path: "\(dataDirectory)/access", clock: clock)
        try directory.folder.make(below: dataDirectory)
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
        try folder.withLock(body)
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
            var staged: [PrivateFolder.StagedFile] = []
            do throws(AccessError) {
                if contents.revocations != before.revocations {
                    staged.append(try stage(contents.revocations, for: .revocations))
                }
                if contents.apps != before.apps { staged.append(try stage(contents.apps, for: .apps)) }
                if contents.keys != before.keys { staged.append(try stage(contents.keys, for: .keys)) }
                if !staged.isEmpty, let entry = entry?(result) { try audit.append(entry.event, by: entry.actor) }
            } catch {
                for file in staged { folder.discard(file) }
                throw error
            }
            try folder.commit(staged)
            return result
        }
    }

    private func write(_ content: some Encodable, to file: File) throws(AccessError) {
        try folder.replace(path(file), with: SealedFile.encode(content, format: file.format))
    }

    private func stage(_ content: some Encodable, for file: File) throws(AccessError) -> PrivateFolder.StagedFile {
        try folder.stage(SealedFile.encode(content, format: file.format), for: path(file))
    }

    /// The same for a file that is not one of the three: see ``PrivateFolder/replace(_:with:)``.
    func replace(_ path: String, with bytes: [UInt8]) throws(AccessError) {
        try folder.replace(path, with: bytes)
    }

    func inheritedOwner() throws(AccessError) -> FileOwner? {
        try folder.inheritedOwner()
    }
}
