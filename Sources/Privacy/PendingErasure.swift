package import Access
import Foundation
import Journal

/// An erasure that was ordered and is not finished: what must be known to finish it after a crash anywhere, and to say
/// in the receipt what was done before the crash. The only place that holds the uid until then.
package struct PendingErasure: Sendable, Codable {
    package let id: String
    package let uid: String
    /// Unix microseconds.
    let requestedMicroseconds: UInt64
    let by: String
    /// Nothing that arrived later is touched, Unix microseconds; nil: nothing was begun.
    var untilMicroseconds: UInt64?
    /// Exports that may hold what is erased; looked up before it is gone.
    var exports: [ExportsIndex.Entry] = []
    /// Arrivals of refused reports that mention the person: they name rows that say nothing else of him.
    var refused: Set<UInt64> = []
    private var erasedInJournal: Set<InJournal> = []
    var tornFiles = 0
    var unreadableRecords = 0
    var damagedBytes: UInt64 = 0
    /// By table.
    private(set) var rows: [String: Rows] = [:]

    private struct InJournal: Sendable, Codable, Hashable {
        var segment: UInt64
        var firstOffset: UInt64
        var records: Int
        var bytes: UInt64
    }

    struct Rows: Sendable, Codable, Equatable {
        var done = 0
        /// Found, and perhaps gone already.
        var underWay = 0

        var total: Int { done + underWay }
    }

    package init(uid: String, by actor: AuditActor, nowMicroseconds: UInt64) {
        id = Self.freshID(nowMicroseconds)
        self.uid = uid
        requestedMicroseconds = nowMicroseconds
        by = actor.who
    }

    /// Sorts by time: `20240313T080000Z-4f1c9a02be77d3e1`.
    private static func freshID(_ microseconds: UInt64) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = .gmt
        formatter.dateFormat = "yyyyMMdd'T'HHmmss'Z'"
        let time = formatter.string(from: Date(timeIntervalSince1970: Double(microseconds / 1_000_000)))
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return time + "-" + String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Whether the text is spelled as ids are: nothing else becomes part of a path.
    static func isID(_ text: String) -> Bool {
        text.utf8.count == 33
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) || byte == UInt8(ascii: "T")
                    || byte == UInt8(ascii: "Z") || byte == UInt8(ascii: "-")
            }
    }

    // MARK: - What was done

    /// The same records of a segment again, after a crash, count once.
    mutating func note(_ erasure: JournalErasure) {
        erasedInJournal.insert(
            InJournal(
                segment: erasure.segment,
                firstOffset: erasure.firstOffset,
                records: erasure.records,
                bytes: erasure.bytes
            )
        )
    }

    var segments: Int { Set(erasedInJournal.map(\.segment)).count }
    var records: Int { erasedInJournal.reduce(0) { $0 + $1.records } }
    var bytes: UInt64 { erasedInJournal.reduce(0) { $0 + $1.bytes } }

    /// Before the first of these rows goes. After a crash fewer may be left than there were.
    mutating func found(_ count: Int, in table: String) {
        rows[table, default: Rows()].underWay = max(rows[table]?.underWay ?? 0, count)
    }

    /// None is left.
    mutating func finished(_ table: String) {
        rows[table, default: Rows()].done += rows[table]?.underWay ?? 0
        rows[table]?.underWay = 0
    }
}
