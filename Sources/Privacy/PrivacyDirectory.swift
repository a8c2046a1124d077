package import Access
import Foundation
import Insights
import Journal

/// `DATA/privacy`: erasures that are under way, receipts of those that are done, and the index of exports.
///
///     keys.json         makes the hash of a uid and signs receipts (0600)
///     pending/ID.json   an erasure until it is finished: holds the uid
///     receipts/ID.json  what was erased, signed
///     exports.jsonl     which exports were made
///
/// Files are replaced whole and synced; folders are 0700, files 0600. Calls wait for the disk.
package struct PrivacyDirectory: Sendable {
    package let path: String
    private let dataDirectory: String
    private let clock: AccessClock

    package init(dataDirectory: String, clock: AccessClock = .system) {
        path = "\(dataDirectory)/privacy"
        self.dataDirectory = dataDirectory
        self.clock = clock
    }

    package var exports: ExportsIndex { ExportsIndex(directory: self) }

    private static let keysFormat = "footprint privacy keys"
    private static let pendingFormat = "footprint pending erasure"

    private var folder: PrivateFolder { PrivateFolder(path: path, clock: clock) }
    private var pendingFolder: PrivateFolder { PrivateFolder(path: "\(path)/pending", clock: clock) }
    private var receiptsFolder: PrivateFolder { PrivateFolder(path: "\(path)/receipts", clock: clock) }
    private var keysPath: String { "\(path)/keys.json" }
    private func pendingPath(_ id: String) -> String { "\(path)/pending/\(id).json" }
    private func receiptPath(_ id: String) -> String { "\(path)/receipts/\(id).json" }

    /// Makes the folders. Safe to repeat.
    package func prepare() throws(PrivacyError) {
        try onDisk { () throws(AccessError) in
            try folder.make(below: dataDirectory)
            try pendingFolder.make(below: path)
            try receiptsFolder.make(below: path)
        }
    }

    func withLock<Result>(_ body: () throws(AccessError) -> Result) throws(PrivacyError) -> Result {
        try onDisk { () throws(AccessError) in try folder.withLock(body) }
    }

    // MARK: - Keys

    /// The hash by which receipts of this data directory name a person.
    package func hash(of uid: String) throws(PrivacyError) -> String {
        try keys().hash(of: uid)
    }

    /// The key that signs here; nil where nothing was ever signed.
    package func publicKey() throws(PrivacyError) -> String? {
        try keptKeys()?.publicKey
    }

    func keys() throws(PrivacyError) -> PrivacyKeys {
        if let kept = try keptKeys() { return kept }
        try prepare()
        let fresh = PrivacyKeys.random()
        try onDisk { () throws(AccessError) in
            try folder.withLock { () throws(AccessError) in
                // Another process may have been first.
                guard try FileStamp.of(keysPath) == nil else { return }
                try folder.replace(keysPath, with: SealedFile.encode(fresh, format: Self.keysFormat))
            }
        }
        return try keptKeys() ?? fresh
    }

    private func keptKeys() throws(PrivacyError) -> PrivacyKeys? {
        try onDisk { () throws(AccessError) in
            guard try FileStamp.of(keysPath) != nil else { return nil }
            let bytes = try folder.read(keysPath).bytes
            return try SealedFile.decode(bytes, as: PrivacyKeys.self, format: Self.keysFormat, file: keysPath)
        }
    }

    // MARK: - Erasures under way

    /// Those that are not finished, oldest first.
    package func pending() throws(PrivacyError) -> [PendingErasure] {
        var all: [PendingErasure] = []
        for id in ids(in: pendingFolder.path) {
            if let one = try pending(id) { all.append(one) }
        }
        return all
    }

    /// nil where there is none of this id.
    package func pending(_ id: String) throws(PrivacyError) -> PendingErasure? {
        guard PendingErasure.isID(id) else { return nil }
        let file = pendingPath(id)
        return try onDisk { () throws(AccessError) in
            guard try FileStamp.of(file) != nil else { return nil }
            let bytes = try pendingFolder.read(file).bytes
            return try SealedFile.decode(bytes, as: PendingErasure.self, format: Self.pendingFormat, file: file)
        }
    }

    func write(_ erasure: PendingErasure) throws(PrivacyError) {
        try onDisk { () throws(AccessError) in
            try pendingFolder.withLock { () throws(AccessError) in
                try pendingFolder.replace(
                    pendingPath(erasure.id),
                    with: SealedFile.encode(erasure, format: Self.pendingFormat)
                )
            }
        }
    }

    func remove(_ erasure: PendingErasure) throws(PrivacyError) {
        do throws(DiskError) {
            try RealDisk().remove(pendingPath(erasure.id))
            try RealDisk().syncFolder(pendingFolder.path)
        } catch {
            throw .files(.system(operation: error.operation, path: error.path, code: error.code))
        }
    }

    // MARK: - Receipts

    /// Receipts, the newest first.
    package func receipts(limit: Int) throws(PrivacyError) -> [Receipt] {
        var receipts: [Receipt] = []
        for id in ids(in: receiptsFolder.path).reversed().prefix(limit) {
            if let receipt = try receipt(id) { receipts.append(receipt) }
        }
        return receipts
    }

    /// nil where there is none of this id.
    package func receipt(_ id: String) throws(PrivacyError) -> Receipt? {
        guard PendingErasure.isID(id) else { return nil }
        let file = receiptPath(id)
        let bytes = try onDisk { () throws(AccessError) in
            try FileStamp.of(file) == nil ? nil : try receiptsFolder.read(file).bytes
        }
        guard let bytes else { return nil }
        guard let json = JSONValue(parsing: bytes) else { throw .damaged(file: file, reason: "it is no JSON") }
        return Receipt(json)
    }

    func write(_ receipt: Receipt, id: String) throws(PrivacyError) {
        try onDisk { () throws(AccessError) in
            try receiptsFolder.withLock { () throws(AccessError) in
                try receiptsFolder.replace(receiptPath(id), with: receipt.json.encoded() + [UInt8(ascii: "\n")])
            }
        }
    }

    // MARK: - Files

    /// Oldest first; none where the folder was never made.
    private func ids(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.filter(PendingErasure.isID)
            .sorted()
    }

    private func onDisk<Result>(_ body: () throws(AccessError) -> Result) throws(PrivacyError) -> Result {
        do throws(AccessError) { return try body() } catch { throw .files(error) }
    }
}
