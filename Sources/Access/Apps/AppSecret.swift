import Crypto
import CryptoExtras

/// An app's secret: `sec_` and 256 random bits. Kept only as ``SecretHash``.
package enum AppSecret {
    package static let prefix = "sec_"
    package static let sizeBytes = 32

    package static func random() -> String {
        prefix + Base64URL.encode(RandomText.bytes(sizeBytes))
    }

    /// Whether `text` could be a secret at all. Checked before the slow hash: garbage must not cost us 16 MiB.
    package static func isWellFormed(_ text: String) -> Bool {
        text.hasPrefix(prefix) && Base64URL.decode(text.dropFirst(prefix.count), count: sizeBytes) != nil
    }
}

/// A secret's scrypt hash (RFC 7914), with the salt and the parameters it was made by, so that they can be raised
/// without asking anybody for a new secret.
package struct SecretHash: Sendable, Equatable, Codable {
    /// `scrypt`; another name is another kind of hash.
    package var algorithm: String
    package var salt: String
    package var rounds: Int
    package var blockSize: Int
    package var parallelism: Int
    package var hash: String

    enum CodingKeys: String, CodingKey {
        case algorithm, salt, rounds, parallelism, hash
        case blockSize = "block_size"
    }

    package static let algorithm = "scrypt"
    package static let saltBytes = 16
    package static let hashBytes = 32
    /// N = 16,384, r = 8, p = 1: 128 × N × r = 16 MiB and some 30 ms. Enough, because a secret is 256 random bits that
    /// nobody can search through; more memory would let a few token requests at once exhaust a small server.
    package static let rounds = 1 << 14
    package static let blockSize = 8
    package static let parallelism = 1
    /// The most a stored hash may ask for, 128 MiB: a damaged or planted file must not make us allocate more.
    private static let largestRounds = 1 << 17

    /// Slow on purpose: see ``rounds``.
    package init(of secret: String, salt: [UInt8] = RandomText.bytes(saltBytes)) throws(AccessError) {
        self.init(
            salt: Base64URL.encode(salt),
            rounds: Self.rounds,
            blockSize: Self.blockSize,
            parallelism: Self.parallelism,
            hash: ""
        )
        hash = Base64URL.encode(try derive(secret, salt: salt))
    }

    private init(salt: String, rounds: Int, blockSize: Int, parallelism: Int, hash: String) {
        algorithm = Self.algorithm
        self.salt = salt
        self.rounds = rounds
        self.blockSize = blockSize
        self.parallelism = parallelism
        self.hash = hash
    }

    /// What an unknown app's secret is checked against, so that "no such app" takes as long as "wrong secret".
    package static let ofNobody = SecretHash(
        salt: Base64URL.encode([UInt8](repeating: 0, count: saltBytes)),
        rounds: rounds,
        blockSize: blockSize,
        parallelism: parallelism,
        hash: Base64URL.encode([UInt8](repeating: 0, count: hashBytes))
    )

    /// Whether `secret` is the one that was hashed. Slow on purpose; the comparison takes constant time.
    package func matches(_ secret: String) throws(AccessError) -> Bool {
        guard let salt = Base64URL.decode(salt, count: Self.saltBytes),
            let expected = Base64URL.decode(hash, count: Self.hashBytes)
        else { return false }
        return ConstantTime.equal(try derive(secret, salt: salt), expected)
    }

    private func derive(_ secret: String, salt: [UInt8]) throws(AccessError) -> [UInt8] {
        do {
            let key = try KDF.Scrypt.deriveKey(
                from: Array(secret.utf8),
                salt: salt,
                outputByteCount: Self.hashBytes,
                rounds: rounds,
                blockSize: blockSize,
                parallelism: parallelism
            )
            return key.withUnsafeBytes { Array($0) }
        } catch {
            // The parameters were checked when the file was read: what is left is memory.
            throw .system(operation: "hash a secret with", path: "scrypt", code: outOfMemory)
        }
    }

    /// Why the stored form cannot be one of ours; nil where it can.
    package var fault: String? {
        guard algorithm == Self.algorithm else { return "a secret hashed by another algorithm than scrypt" }
        guard rounds >= 2, rounds <= Self.largestRounds, rounds & (rounds - 1) == 0, (1...8).contains(blockSize),
            (1...4).contains(parallelism)
        else { return "scrypt parameters out of range" }
        guard Base64URL.decode(salt, count: Self.saltBytes) != nil, Base64URL.decode(hash, count: Self.hashBytes) != nil
        else { return "a salt or hash that is not base64url of its length" }
        return nil
    }
}
