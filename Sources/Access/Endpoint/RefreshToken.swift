import Crypto

/// A refresh token: `ref_`, the 128-bit name of its family and a 256-bit secret, base64url.
///
/// A *family* is all the refresh tokens that came of one sign-in with the app's secret; one of them is good at a time.
package struct RefreshToken: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    package let family: FamilyID
    /// SHA-256 of the whole token, base64url. A fast hash is enough: it hides 256 random bits, not a password.
    package let hash: String
    /// Given to the client once, never kept.
    package let text: String

    private static let prefix = "ref_"
    private static let secretBytes = 32

    /// The next token of `family`.
    package init(family: FamilyID) {
        let secret = RandomText.bytes(Self.secretBytes)
        self.init(family: family, text: Self.prefix + Base64URL.encode(family.bytes + secret))
    }

    /// nil where `text` has not the form of a refresh token.
    package init?(_ text: String) {
        guard text.hasPrefix(Self.prefix),
            let bytes = Base64URL.decode(
                text.dropFirst(Self.prefix.count),
                count: FamilyID.sizeBytes + Self.secretBytes
            )
        else { return nil }
        self.init(family: FamilyID(bytes: Array(bytes.prefix(FamilyID.sizeBytes))), text: text)
    }

    private init(family: FamilyID, text: String) {
        self.family = family
        self.text = text
        hash = Base64URL.encode(Array(SHA256.hash(data: Array(text.utf8))))
    }

    package static let hashBytes = 32

    /// Nothing of the token.
    package var description: String { "RefreshToken" }
    package var debugDescription: String { description }
}

/// Names one family of refresh tokens. Part of each of its tokens, so as little to be logged as they are.
package struct FamilyID: Sendable, Hashable {
    package let bytes: [UInt8]

    package static let sizeBytes = 16

    package static func random() -> FamilyID {
        FamilyID(bytes: RandomText.bytes(sizeBytes))
    }

    package init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    package init?(_ text: some StringProtocol) {
        guard let bytes = Base64URL.decode(text, count: Self.sizeBytes) else { return nil }
        self.bytes = bytes
    }

    package var text: String { Base64URL.encode(bytes) }
}
