package import Access
package import Insights

// Apps, tokens, keys and audit entries as JSON: the admin API's answers, and what the command line prints by --json.

extension App {
    package var json: JSONValue {
        ["appid": .string(id), "name": .string(name), "created": .int(createdAtSeconds)]
    }
}

extension Access.Key {
    package var json: JSONValue {
        .object(
            members(
                ("id", .string(id)),
                ("created", .int(createdAtSeconds)),
                ("retired", retiredAtSeconds.map(JSONValue.int))
            )
        )
    }
}

extension IssuedToken {
    package var json: JSONValue {
        var app: JSONValue?
        if case .app(let id) = bearer { app = .string(id) }
        return .object(
            members(
                ("id", .string(id)),
                ("kind", .string(kind)),
                ("appid", app),
                ("name", name.map(JSONValue.string)),
                ("issued", .int(issuedAtSeconds)),
                ("expires", .int(expiresAtSeconds)),
                ("by", .string(by))
            )
        )
    }
}

extension AuditEntry {
    package var json: JSONValue {
        .object(
            members(
                ("seq", .int(sequence)),
                ("time", .int(timeSeconds)),
                ("who", .string(who)),
                ("address", address.map(JSONValue.string)),
                ("action", .string(action)),
                ("target", target.map(JSONValue.string)),
                ("detail", detail.isEmpty ? .none : .some(detailJSON))
            )
        )
    }

    /// Members by name, as they stand in the log.
    package var detailJSON: JSONValue {
        .object(
            detail.sorted { $0.key < $1.key }.map { name, value in
                switch value {
                case .text(let text): JSONValue.Member(name, .string(text))
                case .number(let number): JSONValue.Member(name, .int(number))
                }
            }
        )
    }
}

/// Those that have a value.
private func members(_ given: (name: String, value: JSONValue?)...) -> [JSONValue.Member] {
    given.compactMap { name, value in value.map { JSONValue.Member(name, $0) } }
}
