/// Compares secrets without telling, by the time it takes, how far they agree.
enum ConstantTime {
    /// Whether both hold the same bytes. Takes the same time for all contents of one length; lengths are not secret.
    ///
    /// Eight bytes a step: 280 bytes (a token) take 35 steps.
    @inline(__always)
    static func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt64 = 0
        var offset = 0
        while offset + 8 <= left.count {
            difference |=
                left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                ^ right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            offset += 8
        }
        while offset < left.count {
            difference |= UInt64(left[offset] ^ right[offset])
            offset += 1
        }
        return difference == 0
    }

    static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.withUnsafeBytes { left in
            right.withUnsafeBytes { right in equal(left, right) }
        }
    }
}
