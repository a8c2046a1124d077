/// Unguessable names and secrets, from the system's cryptographic generator (getrandom on Linux).
enum RandomText {
    /// 32 characters that are hard to mistake for one another (Crockford's base 32, lower case): 5 bits each.
    static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    static func isBase32(_ text: some Sequence<UInt8>) -> Bool {
        text.allSatisfy(alphabet.contains)
    }

    static func base32(characters count: Int) -> String {
        base32(bytes(count), characters: count)
    }

    /// The low 5 bits of each byte as one character.
    static func base32(_ bytes: some Sequence<UInt8>, characters count: Int) -> String {
        String(decoding: bytes.prefix(count).map { alphabet[Int($0 & 31)] }, as: UTF8.self)
    }

    static func bytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
