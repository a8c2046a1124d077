/// What a token says, once its signature is known to be ours.
package struct TokenClaims: Sendable, Equatable {
    package var bearer: Bearer
    /// `iat`, Unix seconds.
    package var issuedAtSeconds: Int64
    /// `exp`, Unix seconds: good while now is before it.
    package var expiresAtSeconds: Int64
    /// `jti`
    package var id: TokenID

    package init(bearer: Bearer, issuedAtSeconds: Int64, expiresAtSeconds: Int64, id: TokenID) {
        self.bearer = bearer
        self.issuedAtSeconds = issuedAtSeconds
        self.expiresAtSeconds = expiresAtSeconds
        self.id = id
    }

    /// `sub` and `scope`, which belong together.
    package enum Bearer: Sendable, Equatable {
        case app(String)
        case administrator(Role)
    }
}

/// 128 random bits that name one token, for revocations and audits.
package struct TokenID: Sendable, Hashable, CustomStringConvertible {
    private let high: UInt64
    private let low: UInt64

    package static let sizeBytes = 16
    package static let textBytes = 22

    package static func random() -> TokenID {
        var generator = SystemRandomNumberGenerator()
        return TokenID(high: generator.next(), low: generator.next())
    }

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init?(_ text: String) {
        var text = text
        guard let id = text.withUTF8({ TokenID(text: UnsafeRawBufferPointer($0)) }) else { return nil }
        self = id
    }

    package init?(text: UnsafeRawBufferPointer) {
        guard text.count == Self.textBytes else { return nil }
        var bytes: (UInt64, UInt64) = (0, 0)
        let count = withUnsafeMutableBytes(of: &bytes) { Base64URL.decode(text, into: $0) }
        guard count == Self.sizeBytes else { return nil }
        high = UInt64(bigEndian: bytes.0)
        low = UInt64(bigEndian: bytes.1)
    }

    package var description: String {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Base64URL.encode($0) }
    }
}
