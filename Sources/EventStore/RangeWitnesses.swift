/// Rows of a range that speak for the others: the store commits a range's rows of one month together, so that one row a
/// month tells whether it has them.
package struct RangeWitnesses: Sendable {
    private let months: [(row: Int, month: Int)]
    private let witnesses: [Int: Int]
    private let batch: EventBatch

    /// - Parameter rows: the rows that are inserted together, ascending; nil: all.
    package init(_ batch: EventBatch, rows: [Int]? = nil) {
        self.batch = batch
        months = (rows ?? Array(0..<batch.count)).map { ($0, Self.month(batch.eventTime[$0])) }
        witnesses = Dictionary(months.map { ($0.month, $0.row) }) { first, _ in first }
    }

    /// Which months the store has: one column, a row for each.
    package var question: SQL {
        let rows = witnesses.values.sorted()
        let positions = rows.map { row -> SQL in
            let record: SQL = "\(batch.journalSegment[row]), \(batch.journalOffset[row])"
            return "(\(record), \(batch.arrivalMicroseconds[row]), \(batch.itemIndex[row]))"
        }
        // Day and user find the rows by the table's order; the segment by itself does so where there is an index.
        return """
            SELECT DISTINCT toUInt32(toYYYYMM(event_time)) FROM \(Schema.events) \
            WHERE toUInt16(toDate(event_time)) IN \(Set(rows.map { batch.eventTime[$0] / 86_400 }).sorted()) \
            AND uid IN \(Set(rows.map { String(decoding: batch.uid[$0], as: UTF8.self) }).sorted()) \
            AND journal_segment IN \(rows.map { batch.journalSegment[$0] }) \
            AND (journal_segment, journal_offset, arrival, item_index) IN (\(.joined(positions, separator: ",")))
            """
    }

    /// Whether an answer to ``question`` names every month.
    package func isWhole(_ answer: ResultSet) -> Bool {
        Set(witnesses.keys).isSubset(of: Self.present(answer))
    }

    /// Rows of the months that no answer to ``question`` names, ascending.
    package func missing(_ answer: ResultSet) -> [Int] {
        let present = Self.present(answer)
        return months.filter { !present.contains($0.month) }.map(\.row)
    }

    private static func present(_ answer: ResultSet) -> Set<Int> {
        Set(answer.rows.compactMap { if case .uint(let month)? = $0.first { Int(month) } else { nil } })
    }

    /// As the engine's `toYYYYMM`, in UTC. Howard Hinnant's days-to-civil.
    static func month(_ seconds: UInt32) -> Int {
        let shifted = Int(seconds / 86_400) + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0)) * 100 + month
    }
}
