import Synchronization

/// Records of one segment that are about to be overwritten: what a record of the erasure must know of them.
package struct JournalErasure: Sendable, Hashable {
    package var segment: UInt64
    /// Of the first of them: tells this erasure from any other of the segment.
    package var firstOffset: UInt64
    package var records: Int
    package var bytes: UInt64
}

/// What was looked at and could not be read, so that nobody can say whose it was.
package struct JournalUnsearched: Sendable, Equatable {
    package var bytes: UInt64 = 0
    package var records = 0

    package init() {}
}

extension Journal {
    /// Overwrites records in place, durably: an erased record keeps its place and its length, and holds zeros. Every
    /// position stays valid, whatever refers to it, and whatever comes after it stays as it was.
    ///
    /// What a crash interrupts is finished at the next start, before anything is read. Blocks; runs beside writers and
    /// readers, one erasure at a time.
    ///
    /// - Parameters:
    ///   - start: where to begin: a segment's beginning, or where an earlier look ended.
    ///   - end: only what stands before; it must be in the store, because what is not will be read again.
    ///   - isToGo: is asked about each record that can be read.
    ///   - willErase: is told of those of a segment before the first is touched; where it throws, none is.
    package func erase(
        from start: JournalPosition = .start,
        before end: JournalPosition,
        where isToGo: (RecordKind, UnsafeRawBufferPointer) -> Bool,
        willErase: (JournalErasure) throws -> Void = { _ in }
    ) throws -> JournalUnsearched {
        try erasing.withLock { _ in
            // Left by an earlier one that the disk failed.
            try ErasureList.finish(folder: folder, disk: disk)
        }
        var unsearched = JournalUnsearched()
        var list = ErasureList(segment: 0)
        try walk(from: start, before: end) { piece in
            if piece.segment != list.segment {
                try overwrite(list, willErase)
                list = ErasureList(segment: piece.segment)
            }
            unsearched.bytes += piece.damage.reduce(0) { $0 + $1.sizeBytes }
            unsearched.records += piece.unknownRecords
            piece.bytes.withUnsafeBytes { bytes in
                for record in piece.records
                where isToGo(record.kind, UnsafeRawBufferPointer(rebasing: bytes[record.payload])) {
                    list.records.append(.init(offset: record.offset, payloadBytes: UInt32(record.payload.count)))
                }
            }
        }
        try overwrite(list, willErase)
        return unsearched
    }

    private func overwrite(_ list: ErasureList, _ willErase: (JournalErasure) throws -> Void) throws {
        guard let first = list.records.first else { return }
        try willErase(
            JournalErasure(
                segment: list.segment,
                firstOffset: first.offset,
                records: list.records.count,
                bytes: list.records.reduce(0) { $0 + UInt64($1.payloadBytes) }
            )
        )
        try erasing.withLock { _ in
            try list.write(folder: folder, disk: disk)
            try ErasureList.finish(folder: folder, disk: disk)
        }
    }

    /// Calls `body` with every piece of the journal between two positions; a segment that is removed on the way is
    /// passed over. Records of the last piece that stand behind `end` are left out. Ends early, by throwing, where the
    /// task is cancelled.
    package func walk(
        from start: JournalPosition = .start,
        before end: JournalPosition,
        _ body: (JournalReader.Piece) throws -> Void
    ) throws {
        var reader = reader(from: start)
        while true {
            try Task.checkCancellation()
            let piece: JournalReader.Piece?
            do {
                piece = try reader.next()
            } catch {
                let lost = reader.position.segment
                guard !segments.contains(where: { $0.number == lost }) else { throw error }
                reader = self.reader(from: JournalPosition(segment: lost + 1, offset: 0))
                continue
            }
            guard var piece, JournalPosition(segment: piece.segment, offset: piece.startOffset) < end else { return }
            piece.records.removeAll { JournalPosition(segment: piece.segment, offset: $0.offset) >= end }
            try body(piece)
        }
    }

    /// Removes what was put aside of torn writes, where `isToGo` says so of a file's bytes. Returns how many went.
    package func removeTornWrites(where isToGo: ([UInt8]) -> Bool) throws(DiskError) -> Int {
        var removed = 0
        for name in try disk.list(folder) where name.hasSuffix(".torn") {
            let path = folder + "/" + name
            guard isToGo(try SegmentContents(path: path, disk: disk).bytes) else { continue }
            try disk.remove(path)
            removed += 1
        }
        if removed > 0 { try disk.syncFolder(folder) }
        return removed
    }
}
