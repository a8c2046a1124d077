import ArgumentParser
import Insights

struct SQLCommand: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Run one read-only SQL statement on the store.",
        discussion: """
            The table is events; its columns are described in docs/. ClickHouse's SQL; the engine refuses whatever \
            would change something. A server that runs on the data directory is asked, else the store is opened.

            Examples:
              footprint sql "SELECT page_id, count() FROM events GROUP BY page_id ORDER BY 2 DESC LIMIT 10"
              footprint sql - --format csv < report.sql > report.csv
            """
    )

    @Argument(help: ArgumentHelp("A SELECT; - reads it from stdin.", valueName: "statement"))
    var statement: String

    @OptionGroup var ask: AskOptions

    func execute() async throws {
        let settings = try ask.config.settings()
        let format = try settings.value(.format, ask.format) ?? .table
        let sql = statement == "-" ? Self.standardInput() : statement
        guard !sql.trimmingSpaces.isEmpty else { throw CommandFailure.usage("the statement is empty") }
        let result =
            switch try ask.place(settings) {
            case .server(let server):
                try await server.answer(sql: sql)
            case .store(let directory): try await LocalQuestions(dataDirectory: directory).answer(sql: sql)
            }
        guard case .array(let columns) = result["columns"], case .array(let rows) = result["rows"] else {
            throw CommandFailure.unable("the server does not answer like a Footprint server")
        }
        let table = AnswerTable(
            columns: columns.map { if case .string(let name) = $0 { name } else { "" } },
            rows: rows.map { if case .array(let values) = $0 { values } else { [] } }
        )
        AnswerPrinter(format: format).print(table)
    }

    private static func standardInput() -> String {
        var text = ""
        while let line = readLine(strippingNewline: false) { text += line }
        return text
    }
}
