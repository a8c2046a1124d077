import Crypto

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A 256-bit HMAC-SHA256 key and its id.
///
/// The id is a fingerprint of the key (60 bits of a SHA-256), so a key that was damaged or mixed up on disk is noticed
/// before any token is judged by it. It is public: it stands in every token's header.
package struct SigningKey: Sendable {
    package static let sizeBytes = 32
    package static let idCharacters = 12

    package let id: String
    /// HMAC with the key's two pads already hashed: verifying starts from a copy.
    private let prepared: HMAC<SHA256>

    /// nil where `bytes` are not 32.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.sizeBytes else { return nil }
        id = Self.fingerprint(bytes)
        prepared = HMAC(key: SymmetricKey(data: bytes))
    }

    /// nil where the record's id does not belong to its key.
    package init?(_ record: KeyRecord) {
        guard let bytes = Base64URL.decode(record.key, count: Self.sizeBytes) else { return nil }
        self.init(bytes: bytes)
        guard id == record.id else { return nil }
    }

    package static func fingerprint(_ bytes: [UInt8]) -> String {
        let digest = SHA256.hash(data: Array("footprint signing key".utf8) + bytes)
        return RandomText.base32(digest, characters: idCharacters)
    }

    func authenticationCode(of bytes: UnsafeRawBufferPointer) -> HMAC<SHA256>.MAC {
        var authenticator = prepared
        authenticator.update(data: bytes)
        return authenticator.finalize()
    }

    /// Whether `code` authenticates `bytes`. The comparison takes constant time.
    package func verifies(_ bytes: UnsafeRawBufferPointer, code: UnsafeRawBufferPointer) -> Bool {
        authenticationCode(of: bytes).withUnsafeBytes { expected in
            ConstantTime.equal(expected, code)
        }
    }
}

extension KeyRecord {
    package static func random(nowSeconds: Int64) -> KeyRecord {
        let bytes = RandomText.bytes(SigningKey.sizeBytes)
        return KeyRecord(
            id: SigningKey.fingerprint(bytes),
            key: Base64URL.encode(bytes),
            created: nowSeconds,
            retired: nil
        )
    }
}

extension KeyRecords {
    package static func fresh(nowSeconds: Int64) -> KeyRecords {
        let key = KeyRecord.random(nowSeconds: nowSeconds)
        return KeyRecords(active: key.id, keys: [key])
    }
}
