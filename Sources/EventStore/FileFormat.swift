/// How rows are written into a file.
package enum FileFormat: String, Sendable, CaseIterable {
    /// One JSON object a line; an absent value is `null`, integers are exact whatever their size.
    case jsonl
    /// RFC 4180 without its header; an absent value is nothing, an empty text is `""`.
    case csv
    case parquet
}
