/// Reads records in order, up to what is durable, and reports what it cannot read. For one user at a time.
package struct JournalReader {
    private let folder: String
    private let disk: any Disk
    private let segments: @Sendable () -> [(number: UInt64, sizeBytes: UInt64, isSealed: Bool)]
    private var open: (number: UInt64, file: any DiskFile)?

    /// Where the next piece begins.
    package private(set) var position: JournalPosition

    /// Records that stand one after the other in one segment.
    package struct Piece {
        package var bytes: [UInt8] = []
        /// Whole records: where they begin in the segment, and their payload in `bytes`.
        package var records: [(offset: UInt64, kind: RecordKind, payload: Range<Int>)] = []
        package var segment: UInt64 = 0
        /// Where the piece begins in the segment.
        package var startOffset: UInt64 = 0
        package var damage: [SegmentScan.Damage] = []
        /// Records that were erased.
        package var erasedRecords = 0
        /// Records of a kind that a later version writes: kept, not read.
        package var unknownRecords = 0
    }

    init(
        folder: String,
        disk: any Disk,
        position: JournalPosition,
        segments: @escaping @Sendable () -> [(number: UInt64, sizeBytes: UInt64, isSealed: Bool)]
    ) {
        self.folder = folder
        self.disk = disk
        self.position = position
        self.segments = segments
    }

    /// The next records, at least one and about `sizeBytes` at the most; nil where nothing more is durable yet.
    ///
    /// Where pieces end depends on what is durable at the time; use ``piece(until:)`` to read the same records again.
    package mutating func next(sizeBytes: Int = 4 << 20) throws(DiskError) -> Piece? {
        while true {
            let all = segments()
            guard let segment = all.first(where: { $0.number >= position.segment }) else { return nil }
            if segment.number > position.segment {
                position = JournalPosition(segment: segment.number, offset: UInt64(JournalFormat.headerBytes))
            }
            position.offset = max(position.offset, UInt64(JournalFormat.headerBytes))
            if position.offset >= segment.sizeBytes {
                guard segment.isSealed, let following = all.first(where: { $0.number > segment.number }) else {
                    return nil
                }
                position = JournalPosition(segment: following.number, offset: UInt64(JournalFormat.headerBytes))
                continue
            }
            return try read(limit: segment.sizeBytes, sizeBytes: sizeBytes)
        }
    }

    /// The records from the reader's position to `end`, which is in the same segment and was a reader's position once.
    package mutating func piece(until end: UInt64) throws(DiskError) -> Piece {
        try read(limit: end, sizeBytes: Int(end - position.offset))
    }

    private mutating func read(limit: UInt64, sizeBytes: Int) throws(DiskError) -> Piece {
        let file = try file(of: position.segment)
        var wanted = sizeBytes
        while true {
            let available = Int(limit - position.offset)
            let size = min(wanted, available)
            var bytes = [UInt8](repeating: 0, count: size)
            var count = 0
            var failure: DiskError?
            bytes.withUnsafeMutableBytes { buffer in
                do throws(DiskError) { count = try file.read(into: buffer, at: position.offset) } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
            // Shorter than it was when it was surveyed: somebody cut it. What is not there is damage.
            let isWhole = size == available || count < size
            bytes.removeLast(size - count)
            var piece = Piece(segment: position.segment, startOffset: position.offset)
            let end = Self.scan(bytes, at: position.offset, isWhole: isWhole, limit: limit, into: &piece)
            if end == position.offset {
                wanted *= 2
                continue
            }
            piece.bytes = bytes
            position.offset = end
            return piece
        }
    }

    /// Returns where the piece ends: behind its last record or damage.
    private static func scan(
        _ bytes: [UInt8],
        at base: UInt64,
        isWhole: Bool,
        limit: UInt64,
        into piece: inout Piece
    ) -> UInt64 {
        bytes.withUnsafeBytes { buffer in
            var scan = SegmentScan(pieceAt: base)
            var end = base
            while true {
                switch scan.next(buffer, isWhole: isWhole) {
                case .record(let offset, let kind, let payload):
                    piece.records.append((offset, kind, payload))
                    end = base + UInt64(payload.upperBound)
                case .erased(_, let payload):
                    piece.erasedRecords += 1
                    end = base + UInt64(payload.upperBound)
                case .unknownRecord(_, _, let payload):
                    piece.unknownRecords += 1
                    end = base + UInt64(payload.upperBound)
                case .damage(let damage):
                    piece.damage.append(damage)
                    end = damage.offset + damage.sizeBytes
                case .tail(let offset, _):
                    piece.damage.append(.init(offset: offset, sizeBytes: limit - offset, reason: .cut))
                    return limit
                case .end: return limit
                case .needsMore: return end
                }
            }
        }
    }

    private mutating func file(of number: UInt64) throws(DiskError) -> any DiskFile {
        if let open, open.number == number { return open.file }
        let file = try disk.open(folder + "/" + JournalFormat.fileName(segment: number), create: false)
        open = (number, file)
        return file
    }
}
