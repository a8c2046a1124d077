import Journal
import TestSupport

/// One input of libFuzzer: a segment, whole or damaged, that recovery, verification and reading must agree about.
///
/// Checksums would keep a fuzzer from ever seeing a second record, so the input is a recipe: its first byte says how many
/// records to write, the next ones how long they are, and the rest are changes to make (at, what). An input that begins
/// with 255 is the segment's bytes themselves.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard let first = input.first else { return 0 }
    if first == 255 {
        check(Array(input.dropFirst()), untouched: 0, written: [])
        return 0
    }
    var recipe = input.dropFirst()[...]
    var segment = Segment.header(number: 1)
    var written: [(offset: Int, payload: [UInt8])] = []
    for number in 0..<(first % 9) {
        let length = Int(recipe.popFirst() ?? 0)
        let payload = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ Int(number)) }
        written.append((segment.count, payload))
        segment += Segment.record(payload)
    }
    var untouched = segment.count
    while let high = recipe.popFirst(), let low = recipe.popFirst(), let what = recipe.popFirst() {
        let place = (Int(high) << 8 | Int(low)) % (segment.count + 1)
        untouched = min(untouched, place)
        switch what & 3 {
        case 0: segment.removeLast(segment.count - place)
        case 1: segment.insert(what, at: place)
        case 2 where place < segment.count: segment[place] ^= max(what >> 2, 1)
        default: segment += [UInt8](repeating: 0, count: Int(what))
        }
    }
    check(segment, untouched: untouched, written: written)
    return 0
}

/// Everything that may look at a segment, over one of these bytes.
private func check(_ segment: [UInt8], untouched: Int, written: [(offset: Int, payload: [UInt8])]) {
    // A scan's steps cover the bytes behind the header, each once, in order; a record's checksum is right.
    var records: [[UInt8]] = []
    if segment.count >= Segment.headerBytes {
        segment.withUnsafeBytes { bytes in
            var scan = SegmentScan()
            var covered = UInt64(Segment.headerBytes)
            scanning: while true {
                switch scan.next(bytes) {
                case .record(let offset, _, let payload), .erased(let offset, let payload),
                    .unknownRecord(let offset, _, let payload):
                    expect(offset == covered, "a record at \(offset), expected \(covered)")
                    covered = UInt64(payload.upperBound)
                    let record = Array(bytes[payload])
                    records.append(record)
                    expect(Segment.isRecord(bytes, at: Int(offset)), "no record at \(offset)")
                case .damage(let damage):
                    expect(
                        damage.offset == covered && damage.sizeBytes > 0,
                        "damage at \(damage.offset), expected \(covered)"
                    )
                    covered += damage.sizeBytes
                case .tail(let offset, _), .end(let offset):
                    expect(offset == covered, "an end at \(offset), expected \(covered)")
                    break scanning
                case .needsMore: fatalError("a whole segment needs no more")
                }
            }
        }
    }
    // Whole records before the first change are all there.
    let kept = written.prefix { $0.offset + Segment.recordHeaderBytes + $0.payload.count <= untouched }
    expect(records.starts(with: kept.map(\.payload)), "a record before the change is gone")

    // Recovery succeeds, keeps them, and what a reader then gives are the same records.
    let disk = SimulatedDisk(callsUntilPowerCut: .max)
    guard let file = try? disk.open("j/" + Segment.fileName, create: true) else { fatalError("memory") }
    segment.withUnsafeBytes { bytes in _ = try? file.write([bytes], at: 0) }
    guard let opened = try? Journal.open(folder: "j", options: JournalOptions(preallocates: false), disk: disk) else {
        // Only a later version's header may stop it, and a fuzzer cannot make one: its checksum would be right.
        expect(segment.count >= Segment.headerBytes, "the journal does not open")
        return
    }
    var reader = opened.journal.reader(from: .start)
    var read: [[UInt8]] = []
    while let piece = (try? reader.next()) ?? nil {
        for record in piece.records { read.append(Array(piece.bytes[record.payload])) }
    }
    opened.journal.close()
    expect(read.starts(with: kept.map(\.payload)), "a reader does not see a record before the change")
    expect(read.count <= records.count, "a reader sees more than the scan")
}

/// As `precondition`, but says what it is about in a release build too.
private func expect(_ isRight: Bool, _ message: @autoclosure () -> String) {
    if !isRight { fatalError(message()) }
}

/// The format once more, from docs/formats/journal.md: not the code that is fuzzed.
private enum Segment {
    static let headerBytes = 32
    static let recordHeaderBytes = 12
    static let fileName = "00000000000000000001.segment"

    static func header(number: UInt64) -> [UInt8] {
        var header = Array("FOOTJRNL".utf8) + little(UInt32(1)) + little(UInt32(0)) + little(number)
        header += little(checksum(header)) + little(UInt32(0))
        return header
    }

    static func record(_ payload: [UInt8]) -> [UInt8] {
        let length = little(UInt32(payload.count))
        return Array("FJR1".utf8) + length + little(checksum(length + payload)) + payload
    }

    static func isRecord(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        guard bytes[offset...].starts(with: Array("FJR1".utf8)) else { return false }
        let length = Int(bytes[offset + 4]) | Int(bytes[offset + 5]) << 8 | Int(bytes[offset + 6]) << 16
        let payload = bytes[(offset + recordHeaderBytes)..<(offset + recordHeaderBytes + length)]
        let stored = bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt32.self)
        return UInt32(littleEndian: stored) == checksum(Array(bytes[(offset + 4)..<(offset + 8)]) + payload)
    }

    private static func little(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    /// Bit by bit, so that it shares nothing with the one that is used.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var crc = UInt32.max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
        }
        return ~crc
    }
}
