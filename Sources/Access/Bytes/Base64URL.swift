/// RFC 4648 section 5, without padding, canonical only: every byte string has exactly one spelling, so no character of
/// a token can be changed and still mean the same.
package enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// Value of each character, -1 where it is none.
    private static let values: [Int8] = {
        var values = [Int8](repeating: -1, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = Int8(value) }
        return values
    }()

    static func encodedCount(_ count: Int) -> Int { (count * 4 + 2) / 3 }

    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(encodedCount(bytes.count))
        var pending: UInt32 = 0
        var pendingBits = 0
        for byte in bytes {
            pending = pending << 8 | UInt32(byte)
            pendingBits += 8
            while pendingBits >= 6 {
                pendingBits -= 6
                text.append(alphabet[Int(pending >> UInt32(pendingBits) & 63)])
            }
        }
        if pendingBits > 0 {
            text.append(alphabet[Int(pending << UInt32(6 - pendingBits) & 63)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Decodes `text` into `output` and returns how many bytes it wrote; nil where the text is not canonical or
    /// `output` is too small.
    static func decode(_ text: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Int? {
        // One character alone carries 6 bits: no byte ends there.
        guard text.count & 3 != 1, output.count >= text.count * 3 / 4 else { return nil }
        return values.withUnsafeBufferPointer { values in
            var written = 0
            var pending: UInt32 = 0
            var pendingBits = 0
            for character in text {
                let value = values[Int(character)]
                guard value >= 0 else { return nil }
                pending = pending << 6 | UInt32(value)
                pendingBits += 6
                if pendingBits >= 8 {
                    pendingBits -= 8
                    output[written] = UInt8(truncatingIfNeeded: pending >> UInt32(pendingBits))
                    written += 1
                }
            }
            // Bits after the last whole byte are zero, or two spellings would mean the same bytes.
            guard pending & ((1 << UInt32(pendingBits)) - 1) == 0 else { return nil }
            return written
        }
    }

    /// The bytes spelled by `text`, where it is canonical and spells exactly `count` of them.
    static func decode(_ text: some StringProtocol, count: Int) -> [UInt8]? {
        let text = Array(text.utf8)
        guard text.count == encodedCount(count) else { return nil }
        var bytes = [UInt8](repeating: 0, count: count)
        let written = text.withUnsafeBytes { text in
            bytes.withUnsafeMutableBytes { bytes in decode(text, into: bytes) }
        }
        return written == count ? bytes : nil
    }
}
