import Crypto
import Foundation

/// Two keys of a data directory: one makes the hash by which a receipt names a person, one signs receipts.
///
/// They are made with the first erasure and stay. Whoever holds the file can make receipts, and can try which uid a
/// receipt is about; it is 0600, as the keys of tokens are.
struct PrivacyKeys: Sendable, Codable {
    private let hash: Data
    private let signing: Data

    static func random() -> PrivacyKeys {
        PrivacyKeys(
            hash: SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) },
            signing: Curve25519.Signing.PrivateKey().rawRepresentation
        )
    }

    /// Names a person to whoever holds the key and knows the uid, and says nothing to anybody else.
    func hash(of uid: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Data(uid.utf8), using: SymmetricKey(data: hash))
        return Data(code).base64EncodedString()
    }

    /// nil where the file holds no key.
    var signer: Curve25519.Signing.PrivateKey? {
        try? Curve25519.Signing.PrivateKey(rawRepresentation: signing)
    }

    /// As receipts carry it.
    var publicKey: String? { signer?.publicKey.rawRepresentation.base64EncodedString() }
}
