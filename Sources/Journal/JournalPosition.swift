/// A place in the journal: a byte of a segment. Positions are ordered as the records are.
package struct JournalPosition: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    package var segment: UInt64
    package var offset: UInt64

    package init(segment: UInt64, offset: UInt64) {
        self.segment = segment
        self.offset = offset
    }

    package static let start = JournalPosition(segment: 0, offset: 0)

    package static func < (left: Self, right: Self) -> Bool {
        (left.segment, left.offset) < (right.segment, right.offset)
    }

    package var description: String { "\(segment):\(offset)" }
}
