/// 128 bits that are the same for two events exactly when app, sender, all fields and the occurrence number in their
/// report are: how an event that is sent again is recognised.
///
/// SipHash-2-4 with 128-bit output (Aumasson and Bernstein, 2012) under a fixed key: identities must be the same on
/// every collector and after every restart. Two different events share one by accident with probability
/// n² / 2^129: 10^-19 for ten billion events.
package struct EventIdentity: Sendable, Hashable {
    package var high: UInt64
    package var low: UInt64

    /// It is a hash already, so a set of them needs no second one: half a multiplication spreads it, by a factor of this
    /// process's own, so that nobody can choose events that fall into one place.
    package func _rawHashValue(seed: Int) -> Int {
        let product = (low ^ UInt64(bitPattern: Int64(seed))).multipliedFullWidth(by: Self.factor)
        return Int(truncatingIfNeeded: product.high ^ product.low)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(low)
    }

    private static let factor = UInt64.random(in: .min ... .max) | 1

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Parameters:
    ///   - sender: `StoredReport.senderEncoding`: app, uid, openid, device and business type.
    ///   - event: `StoredReport.Item.encoding`: the item's fields, absent ones absent.
    ///   - occurrence: how many equal items stand before this one in its report.
    package init(sender: UnsafeRawBufferPointer, event: UnsafeRawBufferPointer, occurrence: UInt64) {
        var hash = SipHash128(key0: 0x466F_6F74_7072_696E, key1: 0x7420_6576_656E_7431)  // "Footprint event1"
        hash.absorb(word: UInt64(sender.count) << 32 | UInt64(event.count))
        hash.absorb(word: occurrence)
        hash.absorb(sender)
        hash.absorb(event)
        (high, low) = hash.finish()
    }
}

extension EventIdentity {
    /// Of an item of a report that its client named: whatever it says, the same name is the same report.
    package init(app: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer, itemIndex: Int) {
        // No item's own encoding is empty, so that no content is taken for a name.
        let name = [UInt8(truncatingIfNeeded: app.count)] + app + key
        self = name.withUnsafeBytes {
            EventIdentity(
                sender: $0,
                event: UnsafeRawBufferPointer(start: nil, count: 0),
                occurrence: UInt64(itemIndex)
            )
        }
    }
}

/// SipHash-2-4-128 over whole words; each run of bytes is padded with zeros to words, its length absorbed before.
private struct SipHash128 {
    private var v0, v1, v2, v3: UInt64

    init(key0: UInt64, key1: UInt64) {
        v0 = key0 ^ 0x736F_6D65_7073_6575
        v1 = key1 ^ 0x646F_7261_6E64_6F6D ^ 0xEE
        v2 = key0 ^ 0x6C79_6765_6E65_7261
        v3 = key1 ^ 0x7465_6462_7974_6573
    }

    @inline(__always)
    mutating func absorb(word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    @inline(__always)
    mutating func absorb(_ bytes: UnsafeRawBufferPointer) {
        var offset = 0
        while bytes.count - offset >= 8 {
            absorb(word: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
            offset += 8
        }
        var rest: UInt64 = 0
        for index in offset..<bytes.count { rest |= UInt64(bytes[index]) << UInt64((index - offset) * 8) }
        if offset < bytes.count { absorb(word: rest) }
    }

    mutating func finish() -> (UInt64, UInt64) {
        v2 ^= 0xEE
        for _ in 0..<4 { round() }
        let first = v0 ^ v1 ^ v2 ^ v3
        v1 ^= 0xDD
        for _ in 0..<4 { round() }
        return (first, v0 ^ v1 ^ v2 ^ v3)
    }

    @inline(__always)
    private mutating func round() {
        v0 = v0 &+ v1
        v1 = v1 << 13 | v1 >> 51
        v1 ^= v0
        v0 = v0 << 32 | v0 >> 32
        v2 = v2 &+ v3
        v3 = v3 << 16 | v3 >> 48
        v3 ^= v2
        v0 = v0 &+ v3
        v3 = v3 << 21 | v3 >> 43
        v3 ^= v0
        v2 = v2 &+ v1
        v1 = v1 << 17 | v1 >> 47
        v1 ^= v2
        v2 = v2 << 32 | v2 >> 32
    }
}
