package import EventStore

extension EmbeddedClickHouse {
    package var writesFiles: Bool { true }

    /// Runs in a session of its own, as the owner: readers may not write files. The statement is ours, never a person's.
    package func write(_ select: SQL, as format: FileFormat, to path: String) async throws(StoreError) {
        let driver = try sessions().driver
        let statement: SQL = """
            INSERT INTO FUNCTION file(\(path), \(Self.name(of: format))) \(select)
            """
        try await supervised { [self] mark throws(EngineError) in
            let session = try EngineConnection(driver: driver, path: self.path, settings: fileSettings(mark))
            defer { session.close() }
            try session.run("USE \(Schema.database.text)")
            try session.run(statement.text)
        }
    }

    private static func name(of format: FileFormat) -> String {
        switch format {
        case .jsonl: "JSONEachRow"
        case .csv: "CSV"
        case .parquet: "Parquet"
        }
    }

    private func fileSettings(_ mark: String) -> KeyValuePairs<String, String> {
        [
            "log_comment": mark,
            "max_threads": String(threads),
            "max_execution_time": String(Self.fileSeconds),
            "max_memory_usage": String(Self.fileMemoryBytes),
            "engine_file_truncate_on_insert": "1",
            "output_format_json_quote_64bit_integers": "0",
            "output_format_json_escape_forward_slashes": "0",
            "format_csv_null_representation": "",
            "output_format_csv_crlf_end_of_line": "1",
            "output_format_parquet_row_group_size": "250000",
        ]
    }

    private static let fileSeconds = 4 * 3_600
    private static let fileMemoryBytes = 1 << 30
}
