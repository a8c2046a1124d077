/// Sessions counted: how many, and how many of them bounced (had one page view).
struct SessionCounts: Sendable, Equatable {
    var sessions: Int64 = 0
    var bounces: Int64 = 0

    init() {}

    init(_ row: inout RowReader) throws(QuestionError) {
        sessions = try row.integer()
        bounces = try row.integer()
    }

    var bounceRate: Double? { ratio(bounces, of: sessions) }
}
