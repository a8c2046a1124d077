import CZlib

/// Unpacks gzip bodies, with the limit on what comes out: a small body must not become a large one.
struct Gzip {
    enum Failure: Error { case notGzip, overLimit }

    /// Unpacks all members of `packed` (RFC 1952), at most `limitBytes` of them together.
    static func unpack(_ packed: UnsafeRawBufferPointer, limitBytes: Int) throws(Failure) -> [UInt8] {
        guard packed.count > 0 else { throw .notGzip }
        var stream = z_stream()
        // 15 bits of window; +16: a gzip header and trailer, checksum checked, and nothing else.
        guard
            inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw .notGzip }
        defer { inflateEnd(&stream) }
        // One byte more than the limit, to tell "all of it" from "more of it".
        var unpacked = [UInt8](repeating: 0, count: min(limitBytes + 1, max(4096, packed.count * 8)))
        var count = 0
        stream.next_in = UnsafeMutablePointer(
            mutating: packed.bindMemory(to: UInt8.self).baseAddress
        )
        stream.avail_in = UInt32(packed.count)
        while true {
            if count == unpacked.count {
                guard count <= limitBytes else { throw .overLimit }
                unpacked.append(contentsOf: repeatElement(0, count: min(count, limitBytes + 1 - count)))
            }
            let room = unpacked.count - count
            let status = unpacked.withUnsafeMutableBufferPointer { buffer in
                stream.next_out = buffer.baseAddress.map { $0 + count }
                stream.avail_out = UInt32(room)
                return inflate(&stream, Z_NO_FLUSH)
            }
            count += room - Int(stream.avail_out)
            guard count <= limitBytes else { throw .overLimit }
            switch status {
            case Z_STREAM_END:
                guard stream.avail_in > 0 else {
                    unpacked.removeLast(unpacked.count - count)
                    return unpacked
                }
                guard inflateReset(&stream) == Z_OK else { throw .notGzip }
            case Z_OK where stream.avail_in > 0 || stream.avail_out == 0: continue
            case Z_BUF_ERROR where stream.avail_out == 0: continue
            default: throw .notGzip
            }
        }
    }
}
