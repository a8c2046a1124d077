import Yams

/// A value without quotes: what YAML takes for a number, true, or nothing where it looks like that.
struct PlainScalar {
    let text: String

    /// nil for a value in quotes, a block, a list or a mapping.
    init?(_ node: Node) {
        guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else { return nil }
        text = scalar.string
    }

    /// A whole number as it is written in a report: no sign, no leading zero, no fraction, no `0x`.
    var integer: UInt64? { Self.integer(text) }

    static func integer(_ text: String) -> UInt64? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            text == "0" || text.first != "0"
        else { return nil }
        return UInt64(text)
    }

    /// Whether every reader of YAML takes it for text, whichever version of YAML that reads.
    var isText: Bool { Self.isText(text) }

    static func isText(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, !reserved.contains(text.lowercased()) else { return false }
        return !(("0"..."9").contains(first) || "+-.".unicodeScalars.contains(first)) || !looksLikeNumber(text)
    }

    private static func looksLikeNumber(_ text: String) -> Bool {
        // Also dates, times to base 60, and hexadecimal.
        text.unicodeScalars.allSatisfy { "0123456789+-._:xXoOabcdefABCDEFTZnN ".unicodeScalars.contains($0) }
    }

    private static let reserved: Set<String> = [
        "", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", ".inf", "-.inf", "+.inf", ".nan",
    ]
}
