import CFootprint

// The journal is a folder of segments, `00000000000000000001.segment` and on. A segment is
//
//     ┌────────────────────────── header, 32 bytes ──────────────────────────┐
//     │ "FOOTJRNL" 8 │ version 4 │ zero 4 │ number 8 │ crc32c 4 │ zero 4     │
//     ├────────────────────────── record ────────────────────────────────────┤
//     │ "FJR1" 4 │ length 3 │ kind 1 │ crc32c 4 │ payload: length bytes      │
//     ├────────────────────────── record … ──────────────────────────────────┤
//     │ zeros, while the segment is being written to (it is preallocated)    │
//     └──────────────────────────────────────────────────────────────────────┘
//
// Integers are little-endian. The header's checksum covers its first 24 bytes; a record's covers length, kind and
// payload. Sealing cuts the zeros off, so that in a sealed segment every byte belongs to a record. A change bumps the
// version, adds a golden file and a line in docs/formats/journal.md.
enum JournalFormat {
    static let version: UInt32 = 1
    static let headerBytes = 32
    static let recordHeaderBytes = 12
    /// A longer record is a damaged length: a report's body is at most 1 MiB by default, 8 MiB at the most.
    static let largestPayloadBytes = 16 << 20 - 1
    /// "FJR1" as a little-endian word: marks where a record may begin, so that a reader can find the next one behind
    /// damage.
    static let recordMark: UInt32 = 0x3152_4A46
    /// A record that was erased: its payload is zeros. Not a ``RecordKind``, because there is nothing in it to read.
    static let erasedKind: UInt8 = 3
    static let segmentMark: [UInt8] = Array("FOOTJRNL".utf8)

    static func header(segment: UInt64) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: headerBytes)
        header.replaceSubrange(0..<8, with: segmentMark)
        header.withUnsafeMutableBytes { bytes in
            bytes.storeBytes(of: version.littleEndian, toByteOffset: 8, as: UInt32.self)
            bytes.storeBytes(of: segment.littleEndian, toByteOffset: 16, as: UInt64.self)
            let checksum = footprint_crc32c(0, bytes.baseAddress, 24)
            bytes.storeBytes(of: checksum.littleEndian, toByteOffset: 24, as: UInt32.self)
        }
        return header
    }

    /// Writes a record's header before its payload, which stands behind `start` already.
    @inline(__always)
    static func frame(_ start: UnsafeMutableRawPointer, payloadBytes: Int, kind: RecordKind) {
        let lengthAndKind = UInt32(truncatingIfNeeded: payloadBytes) | UInt32(kind.rawValue) << 24
        start.storeBytes(of: recordMark.littleEndian, as: UInt32.self)
        start.storeBytes(of: lengthAndKind.littleEndian, toByteOffset: 4, as: UInt32.self)
        let checksum = footprint_crc32c(footprint_crc32c(0, start + 4, 4), start + recordHeaderBytes, payloadBytes)
        start.storeBytes(of: checksum.littleEndian, toByteOffset: 8, as: UInt32.self)
    }

    static func fileName(segment: UInt64) -> String {
        let digits = String(segment)
        return String(repeating: "0", count: max(0, 20 - digits.count)) + digits + ".segment"
    }

    static func segment(fileName: String) -> UInt64? {
        guard fileName.hasSuffix(".segment"), fileName.utf8.count == 28 else { return nil }
        return UInt64(fileName.dropLast(8))
    }
}

/// What a record holds.
package enum RecordKind: UInt8, Sendable {
    case report = 0
    /// A report that was refused, to be looked at and tried again.
    case refused = 1
    /// A report that was refused, and taken when it was tried again; its arrival is the refused one's.
    case replay = 2
}
