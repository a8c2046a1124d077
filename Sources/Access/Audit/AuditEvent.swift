/// What was done, for the audit log: everything of an entry but who and when. Never a secret, never a token.
package struct AuditEvent: Sendable, Equatable {
    package let action: AuditAction
    /// The id of what was changed.
    package let target: String?
    package let detail: [String: AuditValue]

    package init(_ action: AuditAction, target: String? = nil, detail: [String: AuditValue] = [:]) {
        self.action = action
        self.target = target
        self.detail = detail
    }
}

/// The actions that the audit log knows. The part before the point is a family, which a reader can ask for.
package enum AuditAction: String, Sendable, CaseIterable {
    case appAdd = "app.add"
    case appRemove = "app.remove"
    case tokenIssue = "token.issue"
    case tokenRevoke = "token.revoke"
    case keyRotate = "key.rotate"
    case sessionStart = "session.start"
    case sessionEnd = "session.end"
    case planChange = "plan.change"
    /// A person's data was erased, by its own id; never the uid.
    case erasure
    /// A person's data was handed out.
    case personRead = "person.read"
    /// What a crash left of the last line was dropped.
    case repair = "audit.repair"
}

/// A value of an entry's `detail`.
package enum AuditValue: Sendable, Equatable, Codable, ExpressibleByStringLiteral {
    case text(String)
    case number(Int64)

    package init(stringLiteral value: String) { self = .text(value) }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int64.self) {
            self = .number(number)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        }
    }

    var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    var number: Int64? {
        if case .number(let number) = self { number } else { nil }
    }
}

extension AuditEvent {
    /// Names of `detail`'s members that are read again, by ``IssuedTokens``.
    enum Name {
        static let kind = "kind"
        static let app = "app"
        static let name = "name"
        static let key = "key"
        static let expires = "expires"
        static let tokenExpires = "token_expires"
    }

    static func appAdded(id: String, name: String) -> AuditEvent {
        AuditEvent(.appAdd, target: id, detail: [Name.name: .text(name)])
    }

    static func appRemoved(id: String, name: String) -> AuditEvent {
        AuditEvent(.appRemove, target: id, detail: [Name.name: .text(name)])
    }

    /// - Parameters:
    ///   - name: whom an administrator's token is for.
    ///   - key: the id of the key that signs it.
    static func tokenIssued(_ claims: TokenClaims, name: String?, key: String) -> AuditEvent {
        var detail: [String: AuditValue] = [
            Name.expires: .number(claims.expiresAtSeconds), Name.key: .text(key),
        ]
        switch claims.bearer {
        case .app(let id):
            detail[Name.kind] = "app"
            detail[Name.app] = .text(id)
        case .administrator(let role):
            detail[Name.kind] = .text(role.rawValue)
        }
        detail[Name.name] = name.map(AuditValue.text)
        return AuditEvent(.tokenIssue, target: claims.id.description, detail: detail)
    }

    static func tokenRevoked(id: String) -> AuditEvent {
        AuditEvent(.tokenRevoke, target: id)
    }

    static func keyRotated(id: String, earlierTokens: Access.EarlierTokens) -> AuditEvent {
        AuditEvent(.keyRotate, target: id, detail: ["earlier_tokens": .text(earlierTokens.rawValue)])
    }

    /// Somebody signs in to the console; the session ends with its token at the latest.
    package static func sessionStarted(tokenExpiresAtSeconds: Int64) -> AuditEvent {
        AuditEvent(.sessionStart, detail: [Name.tokenExpires: .number(tokenExpiresAtSeconds)])
    }

    /// Somebody signs out of the console.
    package static let sessionEnded = AuditEvent(.sessionEnd)

    static func repaired(droppedBytes: Int) -> AuditEvent {
        AuditEvent(.repair, detail: ["dropped_bytes": .number(Int64(droppedBytes))])
    }
}
