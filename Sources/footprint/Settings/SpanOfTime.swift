/// A length of time as people write it: `90`, `90s`, `15m`, `12h`, `7d`.
package enum SpanOfTime {
    /// Whole seconds; nil where the text is none, or over a hundred years.
    package static func seconds(_ text: String) -> Int? {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        let unit = text.last.flatMap { units[$0] }
        guard let count = Int(unit == nil ? text[...] : text.dropLast()), count >= 0, text.first != "+" else {
            return nil
        }
        let (seconds, overflow) = count.multipliedReportingOverflow(by: unit ?? 1)
        return overflow || seconds > 100 * 366 * 86_400 ? nil : seconds
    }
}
