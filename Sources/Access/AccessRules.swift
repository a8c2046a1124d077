/// What tokens are judged by: the contents of `DATA/access`, prepared for look-up. Never changes; shared by threads.
final class AccessRules: Sendable {
    let keys: [String: SigningKey]
    let activeKey: SigningKey
    let keyOrder: [Access.Key]
    let appOrder: [App]
    let apps: [String: App]
    let secrets: [String: SecretHash]
    let revoked: Set<TokenID>

    /// `contents` were checked when they were read: see `KeyRecords.fault`.
    init(_ contents: AccessContents) {
        let signingKeys = contents.keys.keys.compactMap { SigningKey($0) }
        guard let active = signingKeys.first(where: { $0.id == contents.keys.active }) else {
            preconditionFailure("contents without their active key passed the check of KeyRecords.fault")
        }
        activeKey = active
        keyOrder = contents.keys.keys.map {
            Access.Key(id: $0.id, createdAtSeconds: $0.created, retiredAtSeconds: $0.retired)
        }
        keys = Dictionary(signingKeys.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        appOrder = contents.apps.apps.map { App(id: $0.id, name: $0.name, createdAtSeconds: $0.created) }
        apps = Dictionary(appOrder.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        secrets = Dictionary(contents.apps.apps.map { ($0.id, $0.secret) }, uniquingKeysWith: { first, _ in first })
        revoked = Set(contents.revocations.tokens.compactMap { TokenID($0.id) })
    }

    func judge(_ token: UnsafeRawBufferPointer, nowSeconds: Int64) -> Authentication {
        do throws(Refusal) {
            let claims = try TokenText.read(token, keys: keys)
            // Only the end counts: a clock that went back must not refuse what was issued before.
            guard nowSeconds < claims.expiresAtSeconds else { throw .expired }
            guard !revoked.contains(claims.id) else { throw .revoked }
            switch claims.bearer {
            case .app(let id):
                // The stored id, so that one String serves all answers about this app.
                guard let app = apps[id] else { throw .unknownApp }
                return .app(id: app.id, expiresAtSeconds: claims.expiresAtSeconds)
            case .administrator(let role):
                return .administrator(
                    role: role,
                    tokenID: claims.id.description,
                    expiresAtSeconds: claims.expiresAtSeconds
                )
            }
        } catch {
            return .refused(error)
        }
    }
}
