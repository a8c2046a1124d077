import CZlib

/// Unpacks a gzip stream piece by piece; several members end to end are one stream, as `cat a.gz b.gz` makes.
package struct Gunzip: ~Copyable {
    package struct Damaged: Error, Equatable, CustomStringConvertible {
        package let description: String

        package init(_ description: String) {
            self.description = description
        }
    }

    static let magic: [UInt8] = [0x1F, 0x8B]

    // On the heap: zlib keeps a pointer to the stream and refuses one that has moved.
    private let stream: UnsafeMutablePointer<z_stream>
    private let output: UnsafeMutableRawBufferPointer
    private var isBetweenMembers = false

    package init() throws(Damaged) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        output = .allocate(byteCount: 256 << 10, alignment: 16)
        // Window bits 15, plus 16: gzip's header and checksum and no other format.
        guard inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            stream.deallocate()
            output.deallocate()
            throw Damaged("no memory to unpack gzip")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        output.deallocate()
    }

    /// Calls `body` with what `input` unpacks to; the bytes are valid during the call only.
    package mutating func feed(_ input: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void) throws
    {
        // zlib only reads through next_in; its type lacks the const.
        let start = input.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.next_in = UnsafeMutablePointer(mutating: start)
        stream.pointee.avail_in = UInt32(input.count)
        repeat {
            if isBetweenMembers {
                guard stream.pointee.avail_in > 0 else { return }
                inflateReset(stream)
                isBetweenMembers = false
            }
            stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
            stream.pointee.avail_out = UInt32(output.count)
            let status = inflate(stream, Z_NO_FLUSH)
            let count = output.count - Int(stream.pointee.avail_out)
            if count > 0 { try body(UnsafeRawBufferPointer(rebasing: output[..<count])) }
            switch status {
            case Z_STREAM_END: isBetweenMembers = true
            case Z_OK: break
            // No progress possible: all input is taken.
            case Z_BUF_ERROR: return
            default: throw Damaged("the gzip stream is damaged")
            }
        } while stream.pointee.avail_in > 0 || stream.pointee.avail_out == 0
    }

    /// Call at the end of the input.
    package func finish() throws(Damaged) {
        guard isBetweenMembers else { throw Damaged("the gzip stream is cut short") }
    }
}
