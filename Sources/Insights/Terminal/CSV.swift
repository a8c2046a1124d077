extension AnswerTable {
    /// RFC 4180: a header line, CRLF after every line, quotes where a cell needs them. UTF-8, without a byte order mark.
    ///
    /// Text that a spreadsheet would run as a formula (it begins with `=`, `+`, `-`, `@`, a tab or a carriage return) is
    /// preceded by an apostrophe: uids and trace ids are whatever a client sent. Numbers are left as they are.
    package var csv: String {
        var csv = columns.map(Self.cell).joined(separator: ",") + "\r\n"
        for row in rows {
            csv += row.map(Self.cell).joined(separator: ",") + "\r\n"
        }
        return csv
    }

    private static func cell(_ value: JSONValue) -> String {
        switch value {
        case .string, .array, .object: cell(cellText(value))
        case .null, .bool, .int, .uint, .double: cellText(value)
        }
    }

    private static func cell(_ text: String) -> String {
        var text = text
        if let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) {
            text = "'" + text
        }
        // Scalars, not characters: CR LF is one character, and equal to neither.
        guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
