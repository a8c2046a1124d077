/// Who stands behind a token, or why nobody does.
package enum Authentication: Sendable, Equatable {
    /// A registered app: it may report. Good while now < `expiresAtSeconds`, Unix seconds.
    case app(id: String, expiresAtSeconds: Int64)
    /// An administrator: may do what the role allows. `tokenID` names the token in logs and audits without being of use
    /// to sign in.
    case administrator(role: Role, tokenID: String, expiresAtSeconds: Int64)
    case refused(Refusal)
}

/// Why a token is not accepted. For metrics and the operator only: a client is told 1002 whatever the reason, so that
/// the answer says nothing about keys and apps.
package enum Refusal: String, Error, Sendable, Equatable, CaseIterable {
    /// Not a token that this product ever issued, in form.
    case malformed
    /// Names a key that is not among ours.
    case unknownKey = "unknown_key"
    case badSignature = "bad_signature"
    case expired
    case revoked
    /// The app was removed.
    case unknownApp = "unknown_app"
}
