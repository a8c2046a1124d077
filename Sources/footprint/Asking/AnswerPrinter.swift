import Insights

/// Prints an answer's data on stdout.
struct AnswerPrinter {
    let format: AnswerFormat

    func print(_ data: JSONValue) {
        switch format {
        case .json: Terminal.output.write(data.encoded() + [UInt8(ascii: "\n")])
        case .csv: print(AnswerTable(data))
        case .table: print(AnswerTable(data))
        }
    }

    func print(_ table: AnswerTable) {
        switch format {
        case .table: Terminal.output.write(table.text)
        case .csv: Terminal.output.write(table.csv)
        case .json:
            let rows = table.rows.map { row in
                JSONValue.object(zip(table.columns, row).map { JSONValue.Member($0, $1) })
            }
            Terminal.output.write(JSONValue.array(rows).encoded() + [UInt8(ascii: "\n")])
        }
    }
}
