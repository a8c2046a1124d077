import Crypto

/// A token's spelling: a compact JWT (RFC 7519, HS256) in the one form that we issue.
///
///     base64url {"alg":"HS256","kid":"KEY ID","typ":"JWT"}
///   . base64url {"iss":"footprint","sub":"APP ID","scope":"report","iat":N,"exp":N,"jti":"TOKEN ID"}
///   . base64url HMAC-SHA256 of everything before the second point
///
/// An administrator's token says `"sub":"admin","scope":"admin"`, or `viewer` twice.
///
/// Reading takes these very bytes and nothing else, not any JSON: no other algorithm can be named, no field given
/// twice or left out, nothing spelled in two ways. So a token that differs in one byte, whichever, is refused.
package enum TokenText {
    package static func spell(_ claims: TokenClaims, signedBy key: SigningKey) -> String {
        let (subject, scope) =
            switch claims.bearer {
            case .app(let id): (id, "report")
            case .administrator(let role): (role.rawValue, role.rawValue)
            }
        let header = #"{"alg":"HS256","kid":"\#(key.id)","typ":"JWT"}"#
        let payload =
            #"{"iss":"footprint","sub":"\#(subject)","scope":"\#(scope)","iat":\#(claims.issuedAtSeconds),"#
            + #""exp":\#(claims.expiresAtSeconds),"jti":"\#(claims.id)"}"#
        return sign(header: header, payload: payload, by: key)
    }

    /// Header, payload and their signature as a compact JWT.
    package static func sign(header: String, payload: String, by key: SigningKey) -> String {
        var signed = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array(payload.utf8))
        let code = signed.withUTF8 { key.authenticationCode(of: UnsafeRawBufferPointer($0)) }
        return signed + "." + code.withUnsafeBytes { Base64URL.encode($0) }
    }

    /// What `token` says, where one of `keys` signed it. Whether it is still good is another question.
    package static func read(
        _ token: UnsafeRawBufferPointer,
        keys: [String: SigningKey]
    ) throws(Refusal) -> TokenClaims {
        guard token.count <= AccessLimits.tokenBytes, let parts = Parts(token) else { throw .malformed }
        let verdict = withUnsafeTemporaryAllocation(byteCount: token.count, alignment: 1) {
            scratch -> Result<TokenClaims, Refusal> in
            do throws(Refusal) {
                return .success(try read(parts, keys: keys, scratch: scratch))
            } catch {
                return .failure(error)
            }
        }
        return try verdict.get()
    }

    /// Header, signature, claims: nothing of the claims is looked at before the signature is known to be good.
    private static func read(
        _ parts: Parts,
        keys: [String: SigningKey],
        scratch: UnsafeMutableRawBufferPointer
    ) throws(Refusal) -> TokenClaims {
        guard let headerCount = Base64URL.decode(parts.header, into: scratch),
            let keyID = keyID(UnsafeRawBufferPointer(rebasing: scratch[..<headerCount]))
        else { throw .malformed }
        guard let key = keys[keyID] else { throw .unknownKey }

        guard let codeCount = Base64URL.decode(parts.signature, into: scratch), codeCount == 32 else {
            throw .malformed
        }
        guard key.verifies(parts.signed, code: UnsafeRawBufferPointer(rebasing: scratch[..<codeCount])) else {
            throw .badSignature
        }

        guard let payloadCount = Base64URL.decode(parts.payload, into: scratch),
            let claims = claims(UnsafeRawBufferPointer(rebasing: scratch[..<payloadCount]))
        else { throw .malformed }
        return claims
    }

    private static func keyID(_ header: UnsafeRawBufferPointer) -> String? {
        var text = ExactText(header)
        guard text.take(#"{"alg":"HS256","kid":""#), let id = text.take(count: SigningKey.idCharacters),
            RandomText.isBase32(id), text.take(#"","typ":"JWT"}"#), text.isAtEnd
        else { return nil }
        // 12 bytes: stored in the String itself, no allocation.
        return String(decoding: id, as: UTF8.self)
    }

    private static func claims(_ payload: UnsafeRawBufferPointer) -> TokenClaims? {
        var text = ExactText(payload)
        guard text.take(#"{"iss":"footprint","sub":""#) else { return nil }
        let bearer: TokenClaims.Bearer
        if text.take(#"admin","scope":"admin","iat":"#) {
            bearer = .administrator(.admin)
        } else if text.take(#"viewer","scope":"viewer","iat":"#) {
            bearer = .administrator(.viewer)
        } else {
            guard let id = text.take(count: AppID.prefix.utf8.count + AppID.randomCharacters),
                text.take(#"","scope":"report","iat":"#)
            else { return nil }
            bearer = .app(String(decoding: id, as: UTF8.self))
        }
        guard let issuedAt = text.takeInteger(), text.take(#","exp":"#), let expiresAt = text.takeInteger(),
            text.take(#","jti":""#), let idText = text.take(count: TokenID.textBytes), let id = TokenID(text: idText),
            text.take(#""}"#), text.isAtEnd
        else { return nil }
        return TokenClaims(bearer: bearer, issuedAtSeconds: issuedAt, expiresAtSeconds: expiresAt, id: id)
    }

    /// The three parts between the points, and the first two with their point: what is signed.
    private struct Parts {
        let header: UnsafeRawBufferPointer
        let payload: UnsafeRawBufferPointer
        let signature: UnsafeRawBufferPointer
        let signed: UnsafeRawBufferPointer

        init?(_ token: UnsafeRawBufferPointer) {
            let point = UInt8(ascii: ".")
            guard let first = token.firstIndex(of: point),
                let second = token[(first + 1)...].firstIndex(of: point),
                !token[(second + 1)...].contains(point)
            else { return nil }
            header = UnsafeRawBufferPointer(rebasing: token[..<first])
            payload = UnsafeRawBufferPointer(rebasing: token[(first + 1)..<second])
            signature = UnsafeRawBufferPointer(rebasing: token[(second + 1)...])
            signed = UnsafeRawBufferPointer(rebasing: token[..<second])
        }
    }
}
