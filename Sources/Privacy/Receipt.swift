import Crypto
import Foundation
package import Insights

/// What was erased, when, where and by whose order, without the uid in the clear, signed.
///
/// The signature (Ed25519) is over the receipt's canonical form without its member `signature`: members sorted by name,
/// no white space. So it stays good however somebody spells the same JSON, and fits no other content.
package struct Receipt: Sendable, Equatable {
    package let json: JSONValue

    /// As it was read, signed or not.
    package init(_ json: JSONValue) {
        self.json = json
    }

    /// Signs what `members` say.
    static func signed(_ members: [JSONValue.Member], by keys: PrivacyKeys) throws -> Receipt {
        guard let signer = keys.signer, let publicKey = keys.publicKey else { throw NoKey() }
        let unsigned = members + [JSONValue.Member("public_key", .string(publicKey))]
        let signature = try signer.signature(for: signedBytes(unsigned))
        return Receipt(
            .object(unsigned + [JSONValue.Member("signature", .string(signature.base64EncodedString()))])
        )
    }

    struct NoKey: Error {}

    // MARK: - Checking

    /// What a look at a receipt alone can tell.
    package enum Verdict: Sendable, Equatable {
        /// Every member is as it was signed, by the holder of this key.
        case sound(publicKey: String)
        /// Something was changed, or it was never signed.
        case broken(reason: String)
    }

    package func verify() -> Verdict {
        guard case .object(let members) = json else { return .broken(reason: "it is no JSON object") }
        guard Set(members.map(\.name)).count == members.count else {
            return .broken(reason: "a member stands in it twice")
        }
        guard let publicKey = text("public_key"), let keyBytes = Data(base64Encoded: publicKey),
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: keyBytes)
        else { return .broken(reason: "it names no key") }
        guard let signature = text("signature").flatMap({ Data(base64Encoded: $0) }) else {
            return .broken(reason: "it carries no signature")
        }
        guard key.isValidSignature(signature, for: Self.signedBytes(members)) else {
            return .broken(reason: "it is not what was signed")
        }
        return .sound(publicKey: publicKey)
    }

    package var id: String? { text("id") }
    package var uidHash: String? { text("uid_hash") }

    private func text(_ name: String) -> String? {
        if case .string(let text)? = json[name] { text } else { nil }
    }

    private static func signedBytes(_ members: [JSONValue.Member]) -> Data {
        let signed = JSONValue.object(members.filter { $0.name != "signature" })
        return Data(Array("footprint erasure receipt\n".utf8) + signed.canonical.encoded())
    }
}

extension JSONValue {
    /// Members sorted by name at every depth.
    fileprivate var canonical: JSONValue {
        switch self {
        case .object(let members):
            .object(
                members.sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
                    .map { Member($0.name, $0.value.canonical) }
            )
        case .array(let elements): .array(elements.map(\.canonical))
        case .null, .bool, .int, .uint, .double, .string: self
        }
    }
}
