import Foundation
package import Journal

/// What the loader must remember across a crash: how far the store has the journal, and which range is on its way.
///
/// Written before a range's insert and after it, so that a range which a crash interrupted is sent again exactly as it
/// was, under the same token, and is recognised. One small file, replaced whole.
package struct LoaderRecord: Sendable, Equatable, Codable {
    /// Version of this record's form.
    package var version = 1
    /// The journal that the positions are of; another one's positions mean nothing here.
    package var journal: String
    /// Everything before is in the store.
    package var loadedTo: JournalPosition
    /// The range that was cut and may or may not be in the store.
    package var underWay: Range?

    package struct Range: Sendable, Equatable, Codable {
        package var from: JournalPosition
        /// In the same segment as `from`.
        package var to: JournalPosition
        /// Events left out as repeats: numbers of the range's events, in order.
        package var repeats: [Int]

        /// Names the range for the store: the same range, the same token.
        package func token(journal: String) -> String {
            "\(journal)-\(from.segment)-\(from.offset)-\(to.offset)"
        }
    }

    package init(journal: String, loadedTo: JournalPosition = .start) {
        self.journal = journal
        self.loadedTo = loadedTo
    }
}

/// The file that keeps a ``LoaderRecord``.
package struct LoaderRecordFile: Sendable {
    package let path: String

    package init(directory: String) {
        path = directory + "/loader.json"
    }

    package enum Failure: Error, Sendable, CustomStringConvertible {
        case unreadable(path: String, reason: String)
        case newerVersion(path: String)
        case notWritten(path: String, reason: String)

        package var description: String {
            switch self {
            case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
            case .newerVersion(let path): "\(path) was written by a newer version of footprint"
            case .notWritten(let path, let reason): "cannot write \(path): \(reason)"
            }
        }
    }

    /// nil where there is none yet.
    package func read() throws(Failure) -> LoaderRecord? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            let record = try JSONDecoder().decode(LoaderRecord.self, from: Data(contentsOf: URL(filePath: path)))
            guard record.version == 1 else { throw Failure.newerVersion(path: path) }
            return record
        } catch let failure as Failure {
            throw failure
        } catch {
            throw .unreadable(path: path, reason: "\(error)")
        }
    }

    /// Replaces the record durably: the new one whole, or the old one.
    package func write(_ record: LoaderRecord) throws(Failure) {
        let temporary = path + ".new"
        do {
            let data = try JSONEncoder().encode(record)
            let disk = RealDisk()
            try disk.remove(temporary)
            let file = try disk.open(temporary, create: true)
            try data.withUnsafeBytes { try file.write([$0], at: 0) }
            try file.sync()
            try disk.rename(temporary, to: path)
            try disk.syncFolder(URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false))
        } catch {
            throw .notWritten(path: path, reason: "\(error)")
        }
    }
}
