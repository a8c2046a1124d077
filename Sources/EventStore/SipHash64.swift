/// SipHash-2-4 with the key 0 (Aumasson and Bernstein, 2012), as ClickHouse's `sipHash64` of one string.
///
/// Which shard a user is on is decided by it here and by a cluster's own inserts alike, and an erasure orders rows deleted
/// by it, so that no statement names the user.
package enum SipHash64 {
    /// The same as the engine's for the same bytes.
    package static func hash(_ bytes: some Collection<UInt8>) -> UInt64 {
        bytes.withContiguousStorageIfAvailable { hash(UnsafeRawBufferPointer($0)) }
            ?? Array(bytes).withUnsafeBytes { hash($0) }
    }

    private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var v0: UInt64 = 0x736f_6d65_7073_6575
        var v1: UInt64 = 0x646f_7261_6e64_6f6d
        var v2: UInt64 = 0x6c79_6765_6e65_7261
        var v3: UInt64 = 0x7465_6462_7974_6573

        func rounds(_ count: Int) {
            for _ in 0..<count {
                v0 &+= v1
                v1 = v1 << 13 | v1 >> 51
                v1 ^= v0
                v0 = v0 << 32 | v0 >> 32
                v2 &+= v3
                v3 = v3 << 16 | v3 >> 48
                v3 ^= v2
                v0 &+= v3
                v3 = v3 << 21 | v3 >> 43
                v3 ^= v0
                v2 &+= v1
                v1 = v1 << 17 | v1 >> 47
                v1 ^= v2
                v2 = v2 << 32 | v2 >> 32
            }
        }
        func absorb(_ word: UInt64) {
            v3 ^= word
            rounds(2)
            v0 ^= word
        }

        let whole = bytes.count & ~7
        for offset in stride(from: 0, to: whole, by: 8) {
            absorb(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
        }
        var last = UInt64(truncatingIfNeeded: bytes.count) << 56
        for (place, byte) in bytes[whole...].enumerated() { last |= UInt64(byte) << UInt64(place * 8) }
        absorb(last)
        v2 ^= 0xff
        rounds(4)
        return v0 ^ v1 ^ v2 ^ v3
    }
}
