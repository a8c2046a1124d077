import CFootprint

/// Which records of one segment are being erased: written down and synced before the first of them is touched, and
/// removed when all are gone. So whatever a crash leaves of an overwritten record is no damage: the next start
/// overwrites all of them again, with the same bytes, before anything reads the segment.
///
/// `journal/erasing`, integers little-endian:
///
///     ┌───────────────────────────────────────────────────────────────────────────────────────────┐
///     │ "FOOTERAS" 8 │ version 4 │ count 4 │ segment 8 │ count × (offset 8 │ length 4) │ crc32c 4 │
///     └───────────────────────────────────────────────────────────────────────────────────────────┘
///
/// An erased record keeps its place and its length, so that every position of the journal means what it meant.
struct ErasureList: Equatable {
    var segment: UInt64
    var records: [Record] = []

    struct Record: Equatable {
        var offset: UInt64
        var payloadBytes: UInt32
    }

    private static let mark = Array("FOOTERAS".utf8)
    private static let version: UInt32 = 1
    private static let headBytes = 24
    private static let recordBytes = 12

    // MARK: - On disk

    private static func path(_ folder: String) -> String { folder + "/erasing" }

    /// The list of an erasure that was begun and not finished; nil where there is none. A list that is not whole was
    /// never acted on.
    static func read(folder: String, disk: any Disk) throws(DiskError) -> ErasureList? {
        guard try disk.list(folder).contains("erasing") else { return nil }
        do throws(DiskError) {
            return ErasureList(try SegmentContents(path: path(folder), disk: disk).bytes)
        } catch {
            // Finished by a server since the folder was listed.
            if try !disk.list(folder).contains("erasing") { return nil }
            throw error
        }
    }

    /// Finishes what was begun, if anything was. Safe to repeat.
    static func finish(folder: String, disk: any Disk) throws(DiskError) {
        guard try disk.list(folder).contains("erasing") else { return }
        if let list = try read(folder: folder, disk: disk) { try list.overwrite(folder: folder, disk: disk) }
        try disk.remove(path(folder))
        try disk.syncFolder(folder)
    }

    /// Makes the list durable; from here on ``finish(folder:disk:)`` gets it done.
    func write(folder: String, disk: any Disk) throws(DiskError) {
        let path = Self.path(folder)
        let fresh = path + ".new"
        try disk.remove(fresh)
        let file = try disk.open(fresh, create: true)
        try file.write(encoded, at: 0)
        try file.sync()
        try disk.rename(fresh, to: path)
        try disk.syncFolder(folder)
    }

    /// Overwrites the records, durably. A segment that was removed meanwhile needs nothing.
    private func overwrite(folder: String, disk: any Disk) throws(DiskError) {
        let name = JournalFormat.fileName(segment: segment)
        let path = folder + "/" + name
        let file: any DiskFile
        let modifiedAtSeconds: Int64
        do throws(DiskError) {
            modifiedAtSeconds = try disk.modifiedAtSeconds(path)
            file = try disk.open(path, create: false)
        } catch {
            if try !disk.list(folder).contains(name) { return }
            throw error
        }
        let zeros = [UInt8](repeating: 0, count: Int(records.map(\.payloadBytes).max() ?? 0))
        for record in records {
            let header = Self.header(of: record, zeros: zeros)
            try file.write(header + zeros.prefix(Int(record.payloadBytes)), at: record.offset)
        }
        try file.sync()
        // How old its records are has not changed, and that is what they are kept by.
        try file.setModifiedAtSeconds(modifiedAtSeconds)
    }

    // MARK: - In memory

    /// A segment's bytes as they are once the erasure is finished.
    func apply(to bytes: inout [UInt8]) {
        let zeros = [UInt8](repeating: 0, count: Int(records.map(\.payloadBytes).max() ?? 0))
        for record in records {
            let erased = Self.header(of: record, zeros: zeros) + zeros.prefix(Int(record.payloadBytes))
            let start = Int(record.offset)
            guard start + erased.count <= bytes.count else { continue }
            bytes.replaceSubrange(start..<start + erased.count, with: erased)
        }
    }

    private static func header(of record: Record, zeros: [UInt8]) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: JournalFormat.recordHeaderBytes)
        header.withUnsafeMutableBytes { bytes in
            bytes.storeBytes(of: JournalFormat.recordMark.littleEndian, as: UInt32.self)
            let lengthAndKind = record.payloadBytes | UInt32(JournalFormat.erasedKind) << 24
            bytes.storeBytes(of: lengthAndKind.littleEndian, toByteOffset: 4, as: UInt32.self)
            let ofHead = checksum(UnsafeRawBufferPointer(rebasing: bytes[4..<8]))
            let whole = zeros.withUnsafeBytes { footprint_crc32c(ofHead, $0.baseAddress, Int(record.payloadBytes)) }
            bytes.storeBytes(of: whole.littleEndian, toByteOffset: 8, as: UInt32.self)
        }
        return header
    }

    // MARK: - Encoding

    private var encoded: [UInt8] {
        var bytes = Self.mark
        func put(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
        }
        put(Self.version)
        put(UInt32(records.count))
        put(segment)
        for record in records {
            put(record.offset)
            put(record.payloadBytes)
        }
        put(bytes.withUnsafeBytes { checksum($0) })
        return bytes
    }

    /// nil where the bytes are not what was written.
    private init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.headBytes + 4, bytes.starts(with: Self.mark) else { return nil }
        let decoded = bytes.withUnsafeBytes { bytes -> ErasureList? in
            func word(_ offset: Int) -> UInt32 {
                UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            }
            func long(_ offset: Int) -> UInt64 {
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            }
            let count = Int(word(12))
            let end = Self.headBytes + count * Self.recordBytes
            guard word(8) == Self.version, bytes.count == end + 4,
                word(end) == checksum(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
            else { return nil }
            var list = ErasureList(segment: long(16))
            for index in 0..<count {
                let start = Self.headBytes + index * Self.recordBytes
                list.records.append(Record(offset: long(start), payloadBytes: word(start + 8)))
            }
            return list
        }
        guard let decoded else { return nil }
        self = decoded
    }

    init(segment: UInt64) {
        self.segment = segment
    }
}

extension DiskFile {
    fileprivate func write(_ bytes: [UInt8], at offset: UInt64) throws(DiskError) {
        var failure: DiskError?
        bytes.withUnsafeBytes { buffer in
            do throws(DiskError) { try write([buffer], at: offset) } catch { failure = error }
        }
        if let failure { throw failure }
    }
}
