/// Reads what the journal's encodings are made of, in place. Every length is checked before it is believed.
struct EncodingReader {
    let bytes: UnsafeRawBufferPointer
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func byte() throws(StoredReport.Unreadable) -> UInt8 {
        guard position < bytes.count else { throw .malformed }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func fixed32() throws(StoredReport.Unreadable) -> UInt32 {
        guard bytes.count - position >= 4 else { throw .malformed }
        defer { position += 4 }
        return UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self))
    }

    mutating func fixed64() throws(StoredReport.Unreadable) -> UInt64 {
        guard bytes.count - position >= 8 else { throw .malformed }
        defer { position += 8 }
        return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
    }

    mutating func variable64() throws(StoredReport.Unreadable) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try byte()
            guard shift < 63 || byte <= 1 else { throw .malformed }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    mutating func variable32() throws(StoredReport.Unreadable) -> UInt32 {
        guard let value = UInt32(exactly: try variable64()) else { throw .malformed }
        return value
    }

    mutating func shortBytes() throws(StoredReport.Unreadable) -> UnsafeRawBufferPointer {
        let count = Int(try byte())
        guard bytes.count - position >= count else { throw .malformed }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }
}
