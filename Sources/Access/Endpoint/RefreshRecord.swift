import Crypto

/// One line of `DATA/access/refresh`, a log that is only appended to and now and then written afresh.
///
///     footprint refresh tokens 1 FILE
///     good APP FAMILY HASH EXPIRES CHECK
///     ended APP FAMILY CHECK
///
/// FILE is random, another in each file written afresh, so that a reader who knows a part notices the change.
/// `good`: the family's good token is the one with this SHA-256, until EXPIRES (Unix seconds); whatever an earlier line
/// said of the family is over. `ended`: none of its tokens is good any more. FAMILY and HASH are base64url; CHECK is
/// the first 16 hexadecimal digits of the SHA-256 of the line before it. A later line wins.
package enum RefreshRecord: Sendable, Equatable {
    case good(app: String, family: FamilyID, hash: String, expiresAtSeconds: Int64)
    case ended(app: String, family: FamilyID)

    /// A change of the lines' form gets another number.
    package static let format = "footprint refresh tokens 1"
    package static let headingBytes = format.utf8.count + 1 + TokenID.textBytes + 1

    /// First line of a fresh file.
    package static func heading() -> String { "\(format) \(TokenID.random())\n" }

    package static func isHeading(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        return bytes.count == headingBytes && text.hasPrefix("\(format) ") && text.hasSuffix("\n")
            && TokenID(String(text.dropFirst(format.count + 1).dropLast())) != nil
    }

    package var line: String {
        let fields =
            switch self {
            case .good(let app, let family, let hash, let expiresAtSeconds):
                "good \(app) \(family.text) \(hash) \(expiresAtSeconds)"
            case .ended(let app, let family):
                "ended \(app) \(family.text)"
            }
        return "\(fields) \(Self.check(fields))\n"
    }

    /// nil where the line, without its line feed, is not exactly one that ``line`` writes.
    package init?(line: Substring) {
        guard let space = line.lastIndex(of: " ") else { return nil }
        let fields = line[..<space].split(separator: " ", omittingEmptySubsequences: false)
        guard Self.check(line[..<space]) == line[line.index(after: space)...], fields.count >= 3,
            AppID.isWellFormed(String(fields[1])), let family = FamilyID(fields[2])
        else { return nil }
        switch (fields[0], fields.count) {
        case ("good", 5):
            guard Base64URL.decode(fields[3], count: RefreshToken.hashBytes) != nil, let expires = Int64(fields[4])
            else { return nil }
            self = .good(app: String(fields[1]), family: family, hash: String(fields[3]), expiresAtSeconds: expires)
        case ("ended", 3):
            self = .ended(app: String(fields[1]), family: family)
        default:
            return nil
        }
    }

    private static func check(_ fields: some StringProtocol) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let digest = SHA256.hash(data: Array(fields.utf8)).prefix(8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
