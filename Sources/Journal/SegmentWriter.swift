/// Writes groups of records to the active segment, and rolls to the next one. Used by the journal's thread only.
final class SegmentWriter {
    private let folder: String
    private let options: JournalOptions
    private let disk: any Disk
    private let spare: SpareSegment
    private var lastNumber: UInt64
    private var active: Active?
    /// A group of one, whose memory is kept.
    private var single = [UnsafeRawBufferPointer(start: nil, count: 0)]

    private struct Active {
        var file: any DiskFile
        var number: UInt64
        /// Behind the last durable record; the next one begins here.
        var end: UInt64
    }

    struct Sealed {
        var number: UInt64
        var sizeBytes: UInt64
    }

    struct Outcome {
        /// Where the group begins.
        var start = JournalPosition.start
        /// The active segment and its durable end, after the group.
        var durable: JournalPosition?
        /// Segments that ended on the way: the full one, and the one after it where the group failed there.
        var sealed: [Sealed] = []
        var error: DiskError?
    }

    init(folder: String, options: JournalOptions, disk: any Disk, lastNumber: UInt64) {
        self.folder = folder
        self.options = options
        self.disk = disk
        self.lastNumber = lastNumber
        spare = SpareSegment(folder: folder, sizeBytes: options.preallocates ? options.segmentBytes : 0, disk: disk)
        spare.prepareNow()
    }

    /// Writes and syncs one group of records that stand together.
    func write(_ records: UnsafeRawBufferPointer) -> Outcome {
        single[0] = records
        defer { single[0] = UnsafeRawBufferPointer(start: nil, count: 0) }
        return write(single, size: records.count)
    }

    /// Writes and syncs one group. After an error nothing of it counts, and the segment it went to is done with.
    func write(_ records: [UnsafeRawBufferPointer], size: Int) -> Outcome {
        var outcome = Outcome()
        do throws(DiskError) {
            if let full = active, full.end + UInt64(size) > UInt64(options.segmentBytes),
                full.end > UInt64(JournalFormat.headerBytes)
            {
                outcome.sealed += seal()
            }
            if active == nil { active = try begin() }
            guard var segment = active else { return outcome }
            outcome.start = JournalPosition(segment: segment.number, offset: segment.end)
            try segment.file.write(records, at: segment.end)
            try segment.file.sync()
            segment.end += UInt64(size)
            active = segment
            outcome.durable = JournalPosition(segment: segment.number, offset: segment.end)
        } catch {
            outcome.error = error
            outcome.sealed += seal()
        }
        return outcome
    }

    /// Ends the active segment behind its last durable record. Where even that fails, the segment keeps what it has:
    /// records that nobody was told about, whole or torn. Returns the segment, or nothing where none was active.
    func seal() -> [Sealed] {
        guard let segment = active else { return [] }
        active = nil
        if segment.end == UInt64(JournalFormat.headerBytes) {
            // The number is used again, so that a missing number always is a missing segment.
            try? disk.remove(path(segment.number))
            lastNumber = segment.number - 1
        } else {
            try? segment.file.truncate(to: segment.end)
            try? segment.file.sync()
        }
        segment.file.close()
        return [Sealed(number: segment.number, sizeBytes: segment.end)]
    }

    /// Makes the next segment exist, with its header, durably: a record must not be acknowledged in a file whose name
    /// a power cut can take away.
    private func begin() throws(DiskError) -> Active {
        let number = lastNumber + 1
        let file: any DiskFile
        if let prepared = spare.take() {
            file = prepared
            try write(header: number, to: file)
            try disk.rename(spare.path, to: path(number))
        } else {
            // A crash between creation and first record leaves a file that recovery removes; a failure, one that this
            // process meets again.
            try disk.remove(path(number))
            file = try disk.open(path(number), create: true)
            try write(header: number, to: file)
        }
        lastNumber = number
        let segment = Active(file: file, number: number, end: UInt64(JournalFormat.headerBytes))
        // From here on a failure has a segment to end.
        active = segment
        try file.sync()
        try disk.syncFolder(folder)
        spare.prepareInBackground()
        return segment
    }

    private func write(header number: UInt64, to file: any DiskFile) throws(DiskError) {
        let header = JournalFormat.header(segment: number)
        var failure: DiskError?
        header.withUnsafeBytes { bytes in
            do throws(DiskError) { try file.write([bytes], at: 0) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    private func path(_ number: UInt64) -> String { folder + "/" + JournalFormat.fileName(segment: number) }
}
