/// Something that may report: an H5 page, a mini-program, a server.
package struct App: Sendable, Equatable {
    package var id: String
    package var name: String
    /// Unix seconds.
    package var createdAtSeconds: Int64

    package init(id: String, name: String, createdAtSeconds: Int64) {
        self.id = id
        self.name = name
        self.createdAtSeconds = createdAtSeconds
    }
}

/// What an app's owner is given, once: the secret is stored only as a hash and cannot be shown again.
package struct AppCredentials: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    /// `appid` in the token endpoint's request.
    package var id: String
    /// `app_secret` in the token endpoint's request.
    package var secret: String

    package init(id: String, secret: String) {
        self.id = id
        self.secret = secret
    }

    /// Without the secret, so that an interpolation in a log line gives nothing away.
    package var description: String { "AppCredentials(\(id))" }
    package var debugDescription: String { description }
}

/// `app_` and 16 random characters: 80 bits, never used twice, so a removed app's tokens stay refused for good.
package enum AppID {
    package static let prefix = "app_"
    package static let randomCharacters = 16

    package static func random() -> String {
        prefix + RandomText.base32(characters: randomCharacters)
    }

    package static func isWellFormed(_ id: String) -> Bool {
        id.hasPrefix(prefix) && id.utf8.count == prefix.utf8.count + randomCharacters
            && RandomText.isBase32(id.utf8.dropFirst(prefix.utf8.count))
    }
}

/// A name is for people: any language, one line.
package enum AppName {
    package static func check(_ name: String) throws(AccessError) {
        if let fault = fault(of: name) { throw .badAppName(reason: fault) }
    }

    /// Why this is no name, as the end of a sentence; nil where it is one.
    static func fault(of name: String) -> String? {
        guard AccessLimits.nameBytes.contains(name.utf8.count) else {
            return name.isEmpty ? "is empty" : "is longer than \(AccessLimits.nameBytes.upperBound) bytes"
        }
        return name.unicodeScalars.contains(where: isControl) ? "holds a control character or a line break" : nil
    }

    /// Cc, and Unicode's own line and paragraph separators.
    package static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
