import Synchronization

/// How far an export is. The rows of text can be counted as they go by, those of a Parquet file only all at once.
final class ExportTally: Sendable {
    private let rows = Counter()
    private let lines = Counter()

    func expect(rows count: Int) {
        rows.value = count
    }

    func count(_ bytes: UnsafeRawBufferPointer) {
        lines.value += bytes.count { $0 == UInt8(ascii: "\n") }
    }

    func progress(isText: Bool, elapsedSeconds: Double) -> ProgressLine {
        let all = rows.value
        let done = isText ? min(lines.value, all) : 0
        return ProgressLine(
            fraction: isText && all > 0 ? Double(done) / Double(all) : nil,
            events: done,
            refused: 0,
            elapsedSeconds: elapsedSeconds
        )
    }

    var expectedRows: Int { rows.value }
}
