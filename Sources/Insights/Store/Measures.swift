/// What is counted of a group of events; the columns of ``Scope/measures``, in their order.
struct Measures: Sendable, Equatable {
    var events: Int64 = 0
    /// Page views.
    var pv: Int64 = 0
    /// Distinct users among the page views.
    var uv: Int64 = 0
    /// The durations that page views carry: their sum, and how many there are.
    var seconds: Double = 0
    var timed: Int64 = 0

    init() {}

    init(_ row: inout RowReader) throws(QuestionError) {
        events = try row.integer()
        pv = try row.integer()
        uv = try row.integer()
        seconds = try row.double()
        timed = try row.integer()
    }

    /// Mean seconds of the page views that carry a duration; `nil` where none does, for absent is not zero.
    var averageDuration: Double? {
        timed == 0 ? nil : seconds / Double(timed)
    }
}

/// A part of a whole, 0 … 1; `nil` where there is no whole.
func ratio(_ part: Int64, of whole: Int64) -> Double? {
    whole == 0 ? nil : Double(part) / Double(whole)
}
