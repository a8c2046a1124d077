import Synchronization

/// Refresh tokens: each good once and for 30 days, kept as hashes in `DATA/access/refresh`.
///
/// Promises:
/// - A token is answered only after its hash is on stable storage, and a used one is spent there before its successor
///   leaves: no crash makes a spent token good again.
/// - Using a spent token ends its family: of a thief and an owner who hold the same token, the second to use it shows
///   that there are two, and neither goes on.
/// - Bounded: an app has at most ``Limits/familiesPerApp`` families, all apps ``Limits/families`` (200 bytes in memory
///   and at most 350 in the file each: 55 MB in all); an app's own family that would end first gives way. The file is
///   written afresh when most of it is out of date.
///
/// Safe from many threads and processes. Every call waits for the disk: not on an event loop.
package final class RefreshTokens: Sendable {
    static let lifetimeSeconds: Int64 = 30 * 86_400

    package struct Limits: Sendable {
        package var familiesPerApp: Int
        package var families: Int
        /// Lines out of date that are tolerated beyond the number of families before the file is written afresh.
        package var toleratedLines: Int

        package init(familiesPerApp: Int = 1_000, families: Int = 100_000, toleratedLines: Int = 1_000) {
            self.familiesPerApp = familiesPerApp
            self.families = families
            self.toleratedLines = toleratedLines
        }
    }

    private let directory: AccessDirectory
    private let limits: Limits
    private let path: String
    private let registeredApps: @Sendable () throws(AccessError) -> Set<String>
    private let log = Mutex(Log())

    /// What was read of the file, and how far.
    private struct Log {
        var families = RefreshFamilies()
        var lines = 0
        /// The heading of the file that was read and how many bytes of it, all whole lines; nil before the first
        /// reading.
        var read: (heading: [UInt8], sizeBytes: Int)?
    }

    /// `registeredApps` gives the ids of all apps as they are on disk: others' families are forgotten.
    package init(
        directory: AccessDirectory,
        limits: Limits = Limits(),
        registeredApps: @escaping @Sendable () throws(AccessError) -> Set<String>
    ) throws(AccessError) {
        self.directory = directory
        self.limits = limits
        self.registeredApps = registeredApps
        path = "\(directory.path)/refresh"
        try withLog { _, _ in }
    }

    /// The family of this app that must give way to another one; nil where there is room.
    private func familyToEnd(
        for app: String,
        _ log: inout Log,
        nowSeconds: Int64
    ) throws(AccessError) -> FamilyID? {
        if log.families.count >= limits.families {
            log.families.prune(nowSeconds: nowSeconds, registeredApps: try registeredApps())
        }
        guard log.families.count >= limits.families else {
            return log.families.familyToEnd(of: app, limit: limits.familiesPerApp)
        }
        guard let first = log.families.familyToEnd(of: app, limit: 1) else {
            throw .tooMany(what: "sign-ins with refresh tokens", limit: limits.families)
        }
        return first
    }

    /// What came of using a token.
    package enum Use {
        case renewed(RefreshToken)
        case refused(RefreshFamilies.Verdict)
    }

    /// Begins a family: the app has shown its secret.
    package func begin(app: String, nowSeconds: Int64) throws(AccessError) -> RefreshToken {
        try withLog { (log, file) throws(AccessError) in
            var records: [RefreshRecord] = []
            if let first = try familyToEnd(for: app, &log, nowSeconds: nowSeconds) {
                records.append(.ended(app: app, family: first))
            }
            let token = RefreshToken(family: .random())
            records.append(good(token, app: app, nowSeconds: nowSeconds))
            try append(records, to: &log, file, nowSeconds: nowSeconds)
            return token
        }
    }

    /// Spends `token` and answers its successor.
    package func use(_ token: RefreshToken, app: String, nowSeconds: Int64) throws(AccessError) -> Use {
        try withLog { (log, file) throws(AccessError) in
            let verdict = log.families.judge(token, app: app, nowSeconds: nowSeconds)
            switch verdict {
            case .good:
                let next = RefreshToken(family: token.family)
                try append([good(next, app: app, nowSeconds: nowSeconds)], to: &log, file, nowSeconds: nowSeconds)
                return .renewed(next)
            case .spent:
                try append([.ended(app: app, family: token.family)], to: &log, file, nowSeconds: nowSeconds)
                return .refused(verdict)
            case .unknown, .expired:
                return .refused(verdict)
            }
        }
    }

    private func good(_ token: RefreshToken, app: String, nowSeconds: Int64) -> RefreshRecord {
        .good(
            app: app,
            family: token.family,
            hash: token.hash,
            expiresAtSeconds: nowSeconds.plus(saturating: Self.lifetimeSeconds)
        )
    }

    // MARK: - The file

    /// Runs `body` with what the file holds now, while nobody else changes it.
    private func withLog<Result: Sendable>(
        _ body: (inout Log, borrowing SystemFile) throws(AccessError) -> Result
    ) throws(AccessError) -> Result {
        try log.withLock { (log) throws(AccessError) in
            try directory.withLock { () throws(AccessError) in
                if try FileStamp.of(path) == nil {
                    try directory.replace(path, with: Self.freshFile(RefreshFamilies()))
                }
                let file = try SystemFile(path, .readWrite)
                try catchUp(&log, file)
                return try body(&log, file)
            }
        }
    }

    /// Reads what was appended since the last time: by another process, or everything at first.
    private func catchUp(_ log: inout Log, _ file: borrowing SystemFile) throws(AccessError) {
        let stamp = try file.stamp()
        try stamp.checkPrivate(path)
        let heading = try file.read(from: 0, count: RefreshRecord.headingBytes)
        guard RefreshRecord.isHeading(heading) else {
            throw .damaged(file: path, reason: "does not begin with \"\(RefreshRecord.format)\"")
        }
        if let read = log.read, read.heading == heading, read.sizeBytes <= stamp.sizeBytes {
            guard read.sizeBytes < stamp.sizeBytes else { return }
        } else {
            log = Log()
            log.read = (heading, heading.count)
        }
        try replay(&log, file)
    }

    /// Applies the lines after what was read. What a crash leaves of the last line (a part, or zeros where the file
    /// system had grown the file and not yet written it) was never answered, and is cut off. Any other bad line is
    /// damage.
    private func replay(_ log: inout Log, _ file: borrowing SystemFile) throws(AccessError) {
        guard let read = log.read else { return }
        let bytes = try file.read(from: read.sizeBytes)
        var records: [RefreshRecord] = []
        var start = 0
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            guard let record = RefreshRecord(line: Substring(decoding: bytes[start..<end], as: UTF8.self)) else {
                guard end == bytes.count - 1, bytes[start..<end].contains(0) else {
                    throw .damaged(file: path, reason: "a bad line at byte \(read.sizeBytes + start)")
                }
                break
            }
            records.append(record)
            start = end + 1
        }
        if start < bytes.count { try file.truncate(to: read.sizeBytes + start) }
        for record in records { log.families.apply(record) }
        log.lines += records.count
        log.read = (read.heading, read.sizeBytes + start)
    }

    /// Makes `records` true on stable storage, then here.
    private func append(
        _ records: [RefreshRecord],
        to log: inout Log,
        _ file: borrowing SystemFile,
        nowSeconds: Int64
    ) throws(AccessError) {
        guard let read = log.read else { throw .missing(file: path) }
        var after = log
        // Whatever fails from here on: what the file holds is asked again before anything more is believed.
        log = Log()
        for record in records { after.families.apply(record) }
        after.lines += records.count
        if after.lines > 2 * after.families.count + limits.toleratedLines {
            after.families.prune(nowSeconds: nowSeconds, registeredApps: try registeredApps())
            // The next call reads the fresh file, and so checks what was written.
            return try directory.replace(path, with: Self.freshFile(after.families))
        }
        let bytes = Array(records.map(\.line).joined().utf8)
        do throws(AccessError) {
            try file.write(bytes, at: read.sizeBytes)
            try file.sync()
        } catch {
            // After a failed sync the kernel may call lost bytes clean. They were not answered, so they must not
            // count later: cut them off, or, where even that fails, leave a tail that the next reading judges.
            try? file.truncate(to: read.sizeBytes)
            throw error
        }
        after.read = (read.heading, read.sizeBytes + bytes.count)
        log = after
    }

    private static func freshFile(_ families: RefreshFamilies) -> [UInt8] {
        Array((RefreshRecord.heading() + families.records.map(\.line).joined()).utf8)
    }
}
