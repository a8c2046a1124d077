/// A statement whose values can only be typed literals.
///
/// Built by interpolation: `"SELECT count() FROM events WHERE uid = \(uid)"` renders `uid` as an escaped string
/// literal, an integer as digits, an array as a parenthesised list. Text that is SQL itself comes as a ``SQL`` or as
/// `\(raw:)`, which takes a `StaticString` only, so that no user input can become SQL.
///
/// Where a table's name depends on how a store is laid out (``TableNaming``), it is a piece of its own until the
/// statement is written out.
package struct SQL: Sendable, Equatable, ExpressibleByStringInterpolation {
    private let pieces: [Piece]

    fileprivate enum Piece: Sendable, Equatable {
        case text(String)
        case table(String)
        /// A subquery that each shard may answer for itself, and the columns it has.
        case perShard(SQL, columns: [SQL])
        /// A statement whose groups each shard may count for itself, and what their rows are added up by.
        case addedUp(SQL, keys: [SQL], sums: [SQL])
    }

    /// As an engine takes it that has every table whole.
    package var text: String { text(.whole) }

    /// For the compiler: text of the source. Written out at run time nowhere; see ``init(writtenByOperator:)``.
    package init(stringLiteral value: String) {
        pieces = [.text(value)]
    }

    package init(stringInterpolation: Interpolation) {
        pieces = stringInterpolation.pieces
    }

    /// SQL that a person wrote, for the read-only explorer: the engine enforces what it may do.
    package init(writtenByOperator text: String) {
        pieces = [.text(text)]
    }

    /// The name of a table of ours.
    package init(table: StaticString) {
        pieces = [.table(table.description)]
    }

    /// The table that this is the name of; nil where it is more than that.
    package var table: String? {
        if pieces.count == 1, case .table(let name) = pieces[0] { name } else { nil }
    }

    /// The statement with its tables called as `naming` has it.
    package func text(_ naming: TableNaming) -> String {
        pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .table(let name): naming.name(of: name)
            case .perShard(let part, let columns): naming.perShard(part, columns: columns)
            case .addedUp(let part, let keys, let sums): naming.addedUp(part, keys: keys, sums: sums)
            }
        }.joined()
    }

    package struct Interpolation: StringInterpolationProtocol {
        fileprivate var pieces: [Piece] = []

        package init(literalCapacity: Int, interpolationCount: Int) {}

        // The compiler passes only the literal pieces of the source here.
        package mutating func appendLiteral(_ literal: String) {
            append(literal)
        }

        package mutating func appendInterpolation(_ sql: SQL) {
            for piece in sql.pieces {
                if case .text(let text) = piece { append(text) } else { pieces.append(piece) }
            }
        }

        /// A subquery, with its parentheses, that each shard may answer for itself: what it finds of a user is all there
        /// is, because a user is on one shard. Its rows must be few: they all come to the server that was asked.
        ///
        /// - Parameter columns: names of its columns.
        package mutating func appendInterpolation(perShard part: SQL, columns: [SQL]) {
            pieces.append(.perShard(part, columns: columns))
        }

        /// A statement up to its `GROUP BY`, whose counts each shard may make for itself, likewise; on a cluster, those of
        /// the same keys are added up. `ORDER BY` and `LIMIT` may follow.
        ///
        /// - Parameters:
        ///   - keys: names of the columns that it groups by.
        ///   - sums: names of all its other columns.
        package mutating func appendInterpolation(addingUp part: SQL, keys: [SQL], sums: [SQL]) {
            pieces.append(.addedUp(part, keys: keys, sums: sums))
        }

        package mutating func appendInterpolation(raw: StaticString) {
            append(raw.description)
        }

        package mutating func appendInterpolation(_ value: some FixedWidthInteger) {
            append(String(value))
        }

        package mutating func appendInterpolation(_ value: String) {
            append(SQL.literal(value))
        }

        package mutating func appendInterpolation(_ values: [some FixedWidthInteger]) {
            append("(" + values.map { String($0) }.joined(separator: ",") + ")")
        }

        package mutating func appendInterpolation(_ values: [String]) {
            append("(" + values.map(SQL.literal).joined(separator: ",") + ")")
        }

        /// Text beside text is one piece, so that two statements that read the same are equal.
        private mutating func append(_ text: String) {
            guard case .text(var whole)? = pieces.last else { return pieces.append(.text(text)) }
            // Out of the array first: the string then grows in place.
            pieces.removeLast()
            whole += text
            pieces.append(.text(whole))
        }
    }

    /// Pieces joined by a separator that is part of the source.
    package static func joined(_ pieces: [SQL], separator: StaticString) -> SQL {
        var joined = Interpolation(literalCapacity: 0, interpolationCount: 0)
        for (index, piece) in pieces.enumerated() {
            if index > 0 { joined.appendInterpolation(raw: separator) }
            joined.appendInterpolation(piece)
        }
        return SQL(stringInterpolation: joined)
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
