/// A statement whose values can only be typed literals.
///
/// Built by interpolation: `"SELECT count() FROM events WHERE uid = \(uid)"` renders `uid` as an escaped string
/// literal, an integer as digits, an array as a parenthesised list. Text that is SQL itself comes as a ``SQL`` or as
/// `\(raw:)`, which takes a `StaticString` only, so that no user input can become SQL.
package struct SQL: Sendable, Equatable, ExpressibleByStringInterpolation {
    package private(set) var text: String

    /// For the compiler: text of the source. Written out at run time nowhere; see ``init(writtenByOperator:)``.
    package init(stringLiteral value: String) {
        text = value
    }

    package init(stringInterpolation: Interpolation) {
        text = stringInterpolation.text
    }

    /// SQL that a person wrote, for the read-only explorer: the engine enforces what it may do.
    package init(writtenByOperator text: String) {
        self.text = text
    }

    package struct Interpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        // The compiler passes only the literal pieces of the source here.
        package mutating func appendLiteral(_ literal: String) {
            text += literal
        }

        package mutating func appendInterpolation(_ sql: SQL) {
            text += sql.text
        }

        package mutating func appendInterpolation(raw: StaticString) {
            text += raw.description
        }

        package mutating func appendInterpolation(_ value: some FixedWidthInteger) {
            text += String(value)
        }

        package mutating func appendInterpolation(_ value: String) {
            text += SQL.literal(value)
        }

        package mutating func appendInterpolation(_ values: [some FixedWidthInteger]) {
            text += "(" + values.map { String($0) }.joined(separator: ",") + ")"
        }

        package mutating func appendInterpolation(_ values: [String]) {
            text += "(" + values.map(SQL.literal).joined(separator: ",") + ")"
        }
    }

    /// Pieces joined by a separator that is part of the source.
    package static func joined(_ pieces: [SQL], separator: StaticString) -> SQL {
        SQL(text: pieces.map(\.text).joined(separator: separator.description))
    }

    private init(text: String) {
        self.text = text
    }

    /// A ClickHouse string literal. Backslash and quote are escaped; NUL and control bytes too, so that a log line or
    /// an error that quotes the statement stays one line.
    private static func literal(_ value: String) -> String {
        var literal = "'"
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": literal += "\\\\"
            case "'": literal += "\\'"
            case "\n": literal += "\\n"
            case "\r": literal += "\\r"
            case "\t": literal += "\\t"
            case "\0": literal += "\\0"
            default: literal.unicodeScalars.append(scalar)
            }
        }
        return literal + "'"
    }
}
