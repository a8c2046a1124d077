import Insights

/// What a `list` command prints: a table for people, or by `--json` one array for programs.
struct Listing {
    let columns: [String]
    /// A row a thing.
    let rows: [[JSONValue]]
    /// The same things as the API shows them.
    let json: [JSONValue]

    func print(asJSON: Bool) {
        if asJSON {
            Terminal.output.write(JSONValue.array(json).encoded() + [UInt8(ascii: "\n")])
        } else {
            Terminal.output.write(AnswerTable(columns: columns, rows: rows).text)
        }
    }
}
