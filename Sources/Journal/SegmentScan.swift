import CFootprint

/// Walks the bytes of a segment record by record, and finds its way past damage.
///
/// A record is believed when its mark, its length and its checksum agree. Where they do not, the scan looks for the
/// next place that holds a whole record: if there is one, the bytes between are damage (acknowledged reports may be
/// lost in them: news); if there is none, they are a tail (a write that a crash cut short: ordinary, in the last
/// segment).
package struct SegmentScan {
    package enum Step: Equatable {
        /// A whole record: its offset in the segment, and where its payload stands in the bytes given.
        case record(offset: UInt64, kind: RecordKind, payload: Range<Int>)
        /// A record that was erased.
        case erased(offset: UInt64, payload: Range<Int>)
        /// A whole record of a kind that this version does not know.
        case unknownRecord(offset: UInt64, kind: UInt8, payload: Range<Int>)
        /// Bytes that are no record, with a whole record behind them.
        case damage(Damage)
        /// Bytes to the end that are no record; `isZero` where they are all zero, as preallocated room is.
        case tail(offset: UInt64, isZero: Bool)
        /// The segment ends behind a whole record.
        case end(offset: UInt64)
        /// The bytes given end before the answer does: scan again from here with more of them.
        case needsMore
    }

    /// Bytes of a segment that hold no whole record.
    package struct Damage: Sendable, Equatable {
        package var offset: UInt64
        package var sizeBytes: UInt64
        package var reason: Reason

        package enum Reason: String, Sendable {
            case header = "the segment's header is damaged"
            case mark = "no record begins here"
            case length = "the record's length is impossible"
            case checksum = "the record's checksum is wrong"
            case cut = "the record is cut short"
        }

        package init(offset: UInt64, sizeBytes: UInt64, reason: Reason) {
            self.offset = offset
            self.sizeBytes = sizeBytes
            self.reason = reason
        }
    }

    private var position: Int
    private let base: UInt64

    /// A scan over a whole segment, from behind its header.
    package init() {
        position = JournalFormat.headerBytes
        base = 0
    }

    /// A scan over bytes that begin with a record, `base` bytes into the segment.
    package init(pieceAt base: UInt64) {
        position = 0
        self.base = base
    }

    /// The next step over the bytes: the same at every call of one scan. `isWhole` says that they reach to where the
    /// segment ends; without it a record that is cut short may go on behind them.
    package mutating func next(_ segment: UnsafeRawBufferPointer, isWhole: Bool = true) -> Step {
        let offset = base + UInt64(position)
        guard position < segment.count else { return isWhole ? .end(offset: offset) : .needsMore }
        switch Self.record(in: segment, at: position) {
        case .whole(let kind, let payload):
            position = payload.upperBound
            if kind == JournalFormat.erasedKind { return .erased(offset: offset, payload: payload) }
            guard let known = RecordKind(rawValue: kind) else {
                return .unknownRecord(offset: offset, kind: kind, payload: payload)
            }
            return .record(offset: offset, kind: known, payload: payload)
        case .broken(.cut) where !isWhole:
            return .needsMore
        case .broken(let reason):
            guard let found = Self.nextRecord(in: segment, after: position) else {
                guard isWhole else { return .needsMore }
                let rest = UnsafeRawBufferPointer(rebasing: segment[position...])
                position = segment.count
                return .tail(offset: offset, isZero: rest.allSatisfy { $0 == 0 })
            }
            let damage = Damage(offset: offset, sizeBytes: base + UInt64(found) - offset, reason: reason)
            position = found
            return .damage(damage)
        }
    }

    /// Whether the header is what the writer of segment `number` wrote.
    package static func headerIsSound(_ segment: UnsafeRawBufferPointer, number: UInt64) -> Bool {
        segment.count >= JournalFormat.headerBytes
            && segment[..<JournalFormat.headerBytes].elementsEqual(JournalFormat.header(segment: number))
    }

    private enum Candidate {
        case whole(kind: UInt8, payload: Range<Int>)
        case broken(Damage.Reason)
    }

    private static func record(in segment: UnsafeRawBufferPointer, at position: Int) -> Candidate {
        let available = segment.count - position
        guard available >= JournalFormat.recordHeaderBytes else { return .broken(.cut) }
        func word(_ offset: Int) -> UInt32 {
            UInt32(littleEndian: segment.loadUnaligned(fromByteOffset: position + offset, as: UInt32.self))
        }
        guard word(0) == JournalFormat.recordMark else { return .broken(.mark) }
        let lengthAndKind = word(4)
        let length = Int(lengthAndKind & 0xFF_FFFF)
        guard length <= JournalFormat.largestPayloadBytes else { return .broken(.length) }
        let end = position + JournalFormat.recordHeaderBytes + length
        guard end <= segment.count, let base = segment.baseAddress else { return .broken(.cut) }
        let start = base + position
        let checksum = footprint_crc32c(
            footprint_crc32c(0, start + 4, 4),
            start + JournalFormat.recordHeaderBytes,
            length
        )
        guard checksum == word(8) else { return .broken(.checksum) }
        return .whole(
            kind: UInt8(lengthAndKind >> 24),
            payload: (position + JournalFormat.recordHeaderBytes)..<end
        )
    }

    private static func nextRecord(in segment: UnsafeRawBufferPointer, after position: Int) -> Int? {
        let first = UInt8(truncatingIfNeeded: JournalFormat.recordMark)
        var candidate = position + 1
        while candidate + JournalFormat.recordHeaderBytes <= segment.count {
            guard let mark = segment[candidate...].firstIndex(of: first) else { return nil }
            if case .whole = record(in: segment, at: mark) { return mark }
            candidate = mark + 1
        }
        return nil
    }
}
