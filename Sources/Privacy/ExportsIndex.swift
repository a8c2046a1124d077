import Access
import Foundation
import Insights
import Journal

/// Which exports of raw events were made, so that an erasure can name the copies that nobody here can reach:
/// `DATA/privacy/exports.jsonl`, one JSON object a line, only ever appended to.
package struct ExportsIndex: Sendable {
    private let directory: PrivacyDirectory

    init(directory: PrivacyDirectory) {
        self.directory = directory
    }

    /// One export.
    package struct Entry: Sendable, Codable, Equatable {
        /// When it was made, Unix seconds.
        package var time: Int64
        /// Where it went, as whoever made it named it; "-" for a stream or a download.
        package var path: String
        /// `jsonl`, `csv` or `parquet`.
        package var format: String
        /// The period of its events, Unix seconds, the end excluded.
        package var from: Int64
        package var to: Int64
        /// What it was narrowed to, by column; empty: everything of the period. A uid is kept as its hash.
        package var filters: [String: [String]]
        package var rows: Int
        /// As the audit log names people: `cli:alice`, `admin:ID`.
        package var by: String

        package init(
            time: Int64,
            path: String,
            format: String,
            from: Int64,
            to: Int64,
            filters: [String: [String]] = [:],
            rows: Int,
            by: String
        ) {
            self.time = time
            self.path = path
            self.format = format
            self.from = from
            self.to = to
            self.filters = filters
            self.rows = rows
            self.by = by
        }

        var json: JSONValue {
            [
                "time": .int(time), "path": .string(path), "format": .string(format), "from": .int(from),
                "to": .int(to), "filtered_by": .array(filters.keys.sorted().map(JSONValue.string)),
                "rows": .int(Int64(rows)), "by": .string(by),
            ]
        }
    }

    private var path: String { directory.path + "/exports.jsonl" }

    /// Writes down that an export was made. On return it is on stable storage.
    package func append(_ entry: Entry) throws(PrivacyError) {
        try directory.prepare()
        var entry = entry
        if let uids = entry.filters["uid"] {
            let keys = try directory.keys()
            entry.filters["uid"] = uids.map(keys.hash)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let line = try? encoder.encode(entry) else { preconditionFailure("texts and integers always encode") }
        let failure = try directory.withLock { appended(Array(line) + [UInt8(ascii: "\n")]) }
        if let failure {
            throw .files(.system(operation: failure.operation, path: failure.path, code: failure.code))
        }
    }

    private func appended(_ line: [UInt8]) -> DiskError? {
        let disk = RealDisk()
        do throws(DiskError) {
            let isNew = try !disk.list(directory.path).contains("exports.jsonl")
            let file = try disk.open(path, create: isNew)
            let end = try file.sizeBytes()
            var failure: DiskError?
            // What a crash cut short must not swallow the next line.
            Array((end > 0 ? "\n" : "").utf8 + line).withUnsafeBytes { bytes in
                do throws(DiskError) { try file.write([bytes], at: end) } catch { failure = error }
            }
            if let failure { return failure }
            try file.sync()
            if isNew { try disk.syncFolder(directory.path) }
            return nil
        } catch {
            return error
        }
    }

    /// Every export there was, oldest first. A line that a crash cut short is none: it was never told that it is there.
    package func entries() throws(PrivacyError) -> [Entry] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        let contents: Data
        do {
            contents = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw .damaged(file: path, reason: "it cannot be read")
        }
        return contents.split(separator: UInt8(ascii: "\n")).compactMap {
            try? JSONDecoder().decode(Entry.self, from: Data($0))
        }
    }

    /// Those that may hold events of a person: not narrowed to others, and either of a period with such events, or
    /// reaching back to before everything that is still here, so that nobody can say any more.
    ///
    /// - Parameters:
    ///   - events: when the person's first and last event in the store happened, Unix seconds; nil: there is none.
    ///   - oldest: the first event of anybody's in the store; nil: the store is empty.
    package func concerning(
        _ person: Person,
        events: ClosedRange<Int64>?,
        oldest: Int64?
    ) throws(PrivacyError) -> [Entry] {
        let hash = try directory.hash(of: person.uid)
        return try entries().filter { entry in
            if let uids = entry.filters["uid"], !uids.contains(hash) { return false }
            if let events, entry.from <= events.upperBound, entry.to > events.lowerBound { return true }
            guard let oldest else { return true }
            return entry.from < oldest
        }
    }
}
