/// A whole segment in memory, for recovery and verification.
struct SegmentContents {
    let path: String
    let file: any DiskFile
    private(set) var bytes: [UInt8]

    enum Tail: Equatable {
        case none
        case zeros(offset: UInt64)
        case bytes(offset: UInt64, sizeBytes: UInt64)
    }

    struct Survey {
        /// Erased ones too.
        var records = 0
        var erased = 0
        var damage: [SegmentScan.Damage] = []
        /// Behind the last whole record.
        var end = UInt64(JournalFormat.headerBytes)
        var tail = Tail.none
    }

    init(path: String, disk: any Disk) throws(DiskError) {
        self.path = path
        let file = try disk.open(path, create: false)
        self.file = file
        let size = Int(try file.sizeBytes())
        var contents = [UInt8](repeating: 0, count: size)
        var count = 0
        var failure: DiskError?
        contents.withUnsafeMutableBytes { buffer in
            do throws(DiskError) { count = try file.read(into: buffer, at: 0) } catch { failure = error }
        }
        if let failure { throw failure }
        contents.removeLast(size - count)
        bytes = contents
    }

    /// Whether the header is whole and names a later version than ours.
    var isNewerFormat: Bool {
        guard bytes.count >= JournalFormat.headerBytes, bytes.starts(with: JournalFormat.segmentMark) else {
            return false
        }
        let version = bytes.withUnsafeBytes {
            UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
        }
        // A flipped bit is no new version: the header must be what a writer of that version would write.
        return version == JournalFormat.version + 1 || (version > JournalFormat.version && version < 1_000)
            ? headerChecksumIsRight : false
    }

    private var headerChecksumIsRight: Bool {
        bytes.withUnsafeBytes { buffer in
            let stored = UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: 24, as: UInt32.self))
            return stored == checksum(UnsafeRawBufferPointer(rebasing: buffer[..<24]))
        }
    }

    /// Looks at the segment as it is once an erasure that is under way is finished.
    mutating func finish(_ erasure: ErasureList) {
        erasure.apply(to: &bytes)
    }

    func survey(number: UInt64) -> Survey {
        bytes.withUnsafeBytes { segment in
            var survey = Survey()
            guard segment.count >= JournalFormat.headerBytes else {
                survey.damage.append(.init(offset: 0, sizeBytes: UInt64(segment.count), reason: .header))
                return survey
            }
            if !SegmentScan.headerIsSound(segment, number: number) {
                survey.damage.append(
                    .init(offset: 0, sizeBytes: UInt64(JournalFormat.headerBytes), reason: .header)
                )
            }
            var scan = SegmentScan()
            while true {
                switch scan.next(segment) {
                case .record(_, _, let payload):
                    survey.records += 1
                    survey.end = UInt64(payload.upperBound)
                case .erased(_, let payload):
                    survey.records += 1
                    survey.erased += 1
                    survey.end = UInt64(payload.upperBound)
                case .unknownRecord(_, _, let payload):
                    survey.records += 1
                    survey.end = UInt64(payload.upperBound)
                case .damage(let damage):
                    survey.damage.append(damage)
                case .tail(let offset, let isZero):
                    survey.end = offset
                    survey.tail =
                        isZero
                        ? .zeros(offset: offset)
                        : .bytes(offset: offset, sizeBytes: UInt64(segment.count) - offset)
                    return survey
                case .end(let offset):
                    survey.end = offset
                    return survey
                case .needsMore:
                    preconditionFailure("a whole segment needs no more")
                }
            }
        }
    }

    /// Copies the bytes from `offset` on to a file beside the segment and cuts them off.
    func putAside(segment: UInt64, offset: UInt64, disk: any Disk) throws(DiskError) -> JournalRecovery.TornTail {
        // Preallocated zeros behind the torn write are nothing to keep.
        let tail = bytes[Int(offset)...]
        let kept = tail.prefix(through: tail.lastIndex { $0 != 0 } ?? tail.startIndex)
        let name = path.dropLast(".segment".count) + "-\(offset).torn"
        try disk.remove(String(name))
        let copy = try disk.open(String(name), create: true)
        var failure: DiskError?
        Array(kept).withUnsafeBytes { buffer in
            do throws(DiskError) { try copy.write([buffer], at: 0) } catch { failure = error }
        }
        if let failure { throw failure }
        try copy.sync()
        try file.truncate(to: offset)
        try file.sync()
        return JournalRecovery.TornTail(
            segment: segment,
            offset: offset,
            sizeBytes: UInt64(kept.count),
            keptAs: String(name)
        )
    }
}
