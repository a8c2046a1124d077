/// What a question may not say, checked on its text before the engine sees it.
///
/// The engine enforces the rest (`readonly`, and embedded a role that may read our tables and nothing else; on a server
/// the account's own grants): changes, files, other servers, other databases. It does not, in its embedded form,
/// - ask for a right when the *function* `file` reads a file,
/// - survive the table functions `python` and `arrowstream`, which reach for an interpreter that is not there,
/// - ask for a right when `INTO OUTFILE` writes a file,
/// - keep system tables, with paths in them, from anybody.
///
/// A word counts wherever it stands outside of a string literal, quoted as an identifier or inside a comment too. What
/// could make this reading of the text and the engine's differ (comments with quotes in them, heredocs, typographic
/// quotes, escapes in identifiers) is refused.
package struct StatementGuard {
    static let firstWords: Set<String> = ["select", "with", "explain", "show", "describe", "desc", "exists", "from"]
    static let forbiddenWords: Set<String> = [
        "file", "python", "arrowstream", "outfile", "infile", "system", "information_schema",
    ]

    /// Throws ``StoreError/refused(message:code:)`` where the statement may not be asked.
    package static func check(_ statement: String) throws(StoreError) {
        var scanner = StatementGuard(bytes: Array(statement.utf8))
        try scanner.scan()
    }

    private let bytes: [UInt8]
    private var position = 0
    private var seenFirstWord = false

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func scan() throws(StoreError) {
        while let byte = current {
            switch byte {
            case UInt8(ascii: "'"):
                try skipString()
            case UInt8(ascii: "`"), UInt8(ascii: "\""):
                try checkQuotedIdentifier(byte)
            case UInt8(ascii: "-") where next == byte:
                try checkComment(until: [UInt8(ascii: "\n")])
            case UInt8(ascii: "/") where next == UInt8(ascii: "*"):
                position += 2
                try checkComment(until: [UInt8(ascii: "*"), UInt8(ascii: "/")])
            case UInt8(ascii: "/") where next == byte, UInt8(ascii: "#"):
                throw Self.refusal("write comments as -- or /* */")
            case UInt8(ascii: "$"):
                throw Self.refusal("write strings in single quotes")
            case UInt8(ascii: ";") where seenFirstWord && hasMore:
                throw Self.refusal("one statement at a time")
            case _ where Self.isWord(byte):
                try checkWord(takeWord())
            case 0x80...:
                throw Self.refusal("letters and quotes outside of ASCII belong into strings or quoted names")
            case 0:
                throw Self.refusal("a NUL byte is no SQL")
            default:
                position += 1
            }
        }
        if !seenFirstWord { throw Self.refusal("there is no statement") }
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }
    private var next: UInt8? { position + 1 < bytes.count ? bytes[position + 1] : nil }
    private var hasMore: Bool {
        bytes[(position + 1)...].contains { $0 != UInt8(ascii: ";") && $0 > UInt8(ascii: " ") }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default:
            false
        }
    }

    private mutating func takeWord() -> String {
        let start = position
        while let byte = current, Self.isWord(byte) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self).lowercased()
    }

    private mutating func checkWord(_ word: String) throws(StoreError) {
        if !seenFirstWord {
            seenFirstWord = true
            guard Self.firstWords.contains(word) else {
                throw Self.refusal("only questions are allowed here (SELECT, WITH, EXPLAIN, SHOW, DESCRIBE, EXISTS)")
            }
        }
        if Self.forbiddenWords.contains(word) {
            throw Self.refusal("the word \(word) is not allowed here outside of a string")
        }
    }

    /// A backslash takes the next byte with it; a doubled quote ends one string and begins the next.
    private mutating func skipString() throws(StoreError) {
        position += 1
        while let byte = current {
            position += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == UInt8(ascii: "'") { return }
        }
        throw Self.refusal("a string does not end")
    }

    private mutating func checkQuotedIdentifier(_ quote: UInt8) throws(StoreError) {
        position += 1
        while let byte = current {
            if byte == quote {
                position += 1
                return
            }
            if byte == UInt8(ascii: "\\") { throw Self.refusal("a quoted name has a backslash") }
            if Self.isWord(byte) {
                let word = takeWord()
                if Self.forbiddenWords.contains(word) {
                    throw Self.refusal("the word \(word) is not allowed here outside of a string")
                }
            } else {
                position += 1
            }
        }
        throw Self.refusal("a quoted name does not end")
    }

    private mutating func checkComment(until end: [UInt8]) throws(StoreError) {
        while position < bytes.count {
            if bytes[position...].starts(with: end) {
                position += end.count
                return
            }
            let byte = bytes[position]
            if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`") || byte == UInt8(ascii: "\"") {
                throw Self.refusal("a comment has a quote in it")
            }
            if Self.isWord(byte) {
                let word = takeWord()
                if Self.forbiddenWords.contains(word) {
                    throw Self.refusal("the word \(word) is not allowed here outside of a string")
                }
            } else {
                position += 1
            }
        }
        // A line comment may end with the text; an open /* is the engine's to refuse.
    }

    private static func refusal(_ reason: String) -> StoreError {
        .refused(message: "This statement is refused: \(reason).", code: nil)
    }
}
