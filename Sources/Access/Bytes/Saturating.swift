extension Int64 {
    /// The sum, or the nearest number there is: a clock that shows nonsense must not trap.
    func plus(saturating other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        guard overflow else { return sum }
        return other > 0 ? .max : .min
    }
}
