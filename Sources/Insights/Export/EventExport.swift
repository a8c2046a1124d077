package import EventStore
import Reports

/// Raw events of a period, to be taken out: which ones, and in which pieces.
package struct EventExport: Sendable {
    package let format: FileFormat
    /// Unix seconds, the end excluded.
    package let period: Range<Int64>
    /// What it is narrowed to: values by column.
    package let filters: [String: [String]]
    /// Where the file will be, as whoever asked named it; "-" where nobody said.
    package let destination: String
    private let condition: SQL

    /// Its parameters, as those of a question.
    package static let entry = CatalogueEntry(
        "export",
        .init("Raw events, every column of them", "导出原始事件（全部字段）"),
        parameters: CatalogueEntry.Parameter.scope + [
            .init(
                "format",
                .choice(FileFormat.allCases.map(\.rawValue)),
                standard: FileFormat.jsonl.rawValue,
                .init("What the file is: JSON Lines, CSV or Parquet", "文件格式：JSON Lines、CSV 或 Parquet")
            ),
            .init(
                "as",
                .text,
                standard: "-",
                .init(
                    "Where the file will be, for the index of exports that an erasure looks at",
                    "文件的存放位置，记入导出索引，供删除个人数据时查阅"
                )
            ),
        ]
    )

    /// - Parameter nowSeconds: "today" of the default period.
    package init(
        parameters: [(name: String, value: String)],
        nowSeconds: Int64
    ) throws(QuestionError) {
        let arguments = try Arguments(parameters, of: Self.entry)
        let scope = Scope(
            period: try Period(
                from: arguments["from"],
                to: arguments["to"],
                zone: try Zone(arguments["tz"] ?? "", at: "tz"),
                nowSeconds: nowSeconds
            ),
            filters: Filters(arguments),
            plan: .contract
        )
        // The two have a standard, and were checked.
        format = arguments["format"].flatMap(FileFormat.init(rawValue:)) ?? .jsonl
        destination = arguments["as"] ?? "-"
        period = scope.period.range
        condition = scope.condition
        var filters: [String: [String]] = [:]
        for name in CatalogueEntry.Parameter.filters.map(\.name) {
            let values = arguments.values(name)
            if !values.isEmpty { filters[name] = values }
        }
        self.filters = filters
    }

    /// A piece of the whole, written by one statement.
    package struct Piece: Sendable {
        package let rows: Int
        package let select: SQL
    }

    /// The pieces, counted: text goes day by day (of UTC), so that no file on the way is larger than a day's; a Parquet
    /// file is one, because its end speaks of all of it.
    package func pieces(in store: any EventStore) async throws(StoreError) -> [Piece] {
        let counted = try await store.query(
            """
            SELECT toUInt64(toUInt16(toDate(event_time))), count() FROM \(Schema.events) WHERE \(condition) \
            GROUP BY toUInt16(toDate(event_time)) ORDER BY 1
            """,
            limits: QueryLimits(timeoutSeconds: 600)
        )
        let days = counted.rows.compactMap { row -> (day: UInt64, rows: Int)? in
            guard case .uint(let day)? = row.first, case .uint(let rows)? = row.last else { return nil }
            return (day, Int(rows))
        }
        guard format != .parquet else { return [Piece(rows: days.reduce(0) { $0 + $1.rows }, select: select("1"))] }
        return days.map { Piece(rows: $0.rows, select: select("toUInt16(toDate(event_time)) = \($0.day)")) }
    }

    /// What comes before the first piece.
    package var header: [UInt8] {
        guard format == .csv else { return [] }
        let names = Schema.eventColumns.map { $0.name.description }
        return Array((names.joined(separator: ",") + "\r\n").utf8)
    }

    /// Inside out, because a column that is shown otherwise must not be what the condition is about.
    private func select(_ part: SQL) -> SQL {
        let columns = Schema.eventColumns.map { column -> SQL in
            guard column.name.description == "event_time" else { return "\(raw: column.name)" }
            return format == .parquet
                ? "toDateTime64(event_time, 3, 'UTC') AS event_time" : "toUnixTimestamp(event_time) AS event_time"
        }
        let names = Schema.eventColumns.map { "\(raw: $0.name)" as SQL }
        return """
            SELECT \(.joined(columns, separator: ", ")) FROM \
            (SELECT \(.joined(names, separator: ", ")) FROM \(Schema.events) WHERE \(condition) AND \(part))
            """
    }
}
