extension AnswerTable {
    /// Aligned columns for a terminal: numbers to the right, the rest to the left, East Asian characters two cells wide.
    /// Ends with a line feed.
    ///
    /// Control characters are shown, not sent: a reported id could otherwise move the cursor or recolour the screen.
    package var text: String {
        let cells = rows.map { row in row.map { Self.visible(Self.rounded($0)) } }
        let names = columns.map(Self.visible)
        let isNumber = columns.indices.map { column in
            rows.contains { $0[column].isNumber } && rows.allSatisfy { $0[column].isNumber || $0[column] == .null }
        }
        let widths = columns.indices.map { column in
            cells.reduce(names[column].terminalWidth) { max($0, $1[column].terminalWidth) }
        }
        func line(_ cells: [String]) -> String {
            var line = ""
            for (column, cell) in cells.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.terminalWidth)
                let isLast = column == cells.count - 1
                line += isNumber[column] ? padding + cell : isLast ? cell : cell + padding
                if !isLast { line += "  " }
            }
            return line + "\n"
        }
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ") + "\n"
        return line(names) + rule + cells.map(line).joined()
    }

    /// People compare figures, not digits: three decimals here; JSON and CSV keep all.
    private static func rounded(_ value: JSONValue) -> String {
        guard case .double(let number) = value, number.isFinite, number.magnitude < 1e12 else { return cellText(value) }
        return "\((number * 1_000).rounded() / 1_000)"
    }

    /// The text with its control characters written out.
    package static func visible(_ text: String) -> String {
        var visible = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate:
                visible += "\\u{\(String(scalar.value, radix: 16))}"
            default: visible.unicodeScalars.append(scalar)
            }
        }
        return visible
    }
}

extension JSONValue {
    fileprivate var isNumber: Bool {
        switch self {
        case .int, .uint, .double: true
        case .null, .bool, .string, .array, .object: false
        }
    }
}
