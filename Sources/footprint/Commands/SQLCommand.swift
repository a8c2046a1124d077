import ArgumentParser
import EventStore
import Insights

struct SQLCommand: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Run one read-only SQL statement on the store.",
        discussion: """
            The table is events; its columns are described in docs/. ClickHouse's SQL; the engine refuses whatever \
            would change something. The store is one process's at a time, so no server may be running on the data \
            directory.

            Examples:
              footprint sql "SELECT page_id, count() FROM events GROUP BY page_id ORDER BY 2 DESC LIMIT 10"
              footprint sql - --format csv < report.sql > report.csv
            """
    )

    @Argument(help: ArgumentHelp("A SELECT; - reads it from stdin.", valueName: "statement"))
    var statement: String

    @OptionGroup var data: DataOption

    @Option(
        help: ArgumentHelp("table, json or csv. (default: table)", valueName: "format"),
        completion: .list(AnswerFormat.allCases.map(\.rawValue))
    )
    var format: String?

    @OptionGroup var config: ConfigOption

    func execute() async throws {
        let settings = try config.settings()
        let format = try settings.value(.format, format) ?? .table
        let directory = try data.directory(settings)
        let sql = statement == "-" ? Self.standardInput() : statement
        guard !sql.trimmingSpaces.isEmpty else { throw CommandFailure.usage("the statement is empty") }
        if let server = RunningServer.find(dataDirectory: directory) {
            throw CommandFailure.unable(
                "the server at \(server.url) holds the store of \(directory); stop it for SQL, or ask it by `footprint query`"
            )
        }
        let result = try await LocalQuestions(dataDirectory: directory).rows(sql)
        let rows = result.rows.map { $0.map(JSONValue.init(stored:)) }
        AnswerPrinter(format: format).print(AnswerTable(columns: result.columns, rows: rows))
    }

    private static func standardInput() -> String {
        var text = ""
        while let line = readLine(strippingNewline: false) { text += line }
        return text
    }
}

extension JSONValue {
    init(stored value: ResultSet.Value) {
        switch value {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .uint(let value): self = .uint(value)
        case .double(let value): self = .double(value)
        case .string(let value): self = .string(value)
        case .array(let values): self = .array(values.map(JSONValue.init(stored:)))
        }
    }
}
