import EventStore

/// How long after it happened an event arrived. Late events stand in the day they happened in.
enum Lateness: Question {
    static let entry = CatalogueEntry(
        "lateness",
        .init(
            "How long after they happened events arrived, and how many were late (over an hour)",
            "事件从发生到到达的时长，以及迟到（超过一小时）的事件数"
        ),
        parameters: CatalogueEntry.Parameter.scope
    )

    /// The seconds that a histogram's bars begin at; the last has no end.
    private static let bars: [Int64] = [0, 5, 60, 600, 3_600, 21_600, 86_400, 604_800]

    static func answer(_ asked: Asked) async throws(QuestionError) -> JSONValue {
        let scope = try asked.scope()
        // A clock that runs ahead makes no event arrive before it happened.
        let delay: SQL = "greatest(toInt64(intDiv(arrival, 1000000)) - toInt64(toUInt32(event_time)), 0)"
        let counts = bars.indices.map { index -> SQL in
            let end: SQL = index + 1 < bars.count ? " AND delay < \(bars[index + 1])" : ""
            return "countIf(delay >= \(bars[index])\(end))"
        }
        let whole = try await asked.rows(
            """
            SELECT count() AS given, toInt64(sum(late)), quantilesExact(0.5, 0.9, 0.99)(delay), \
            [\(.joined(counts, separator: ", "))] FROM (SELECT \(delay) AS delay, late FROM \(Schema.events) \
            WHERE \(scope.condition) AND event_time_given = 1) HAVING given > 0
            """
        ) { row throws(QuestionError) in
            (
                events: try row.integer(), late: try row.integer(), quantiles: try row.integers(),
                counts: try row.integers()
            )
        }
        let days = try await asked.rows(
            """
            SELECT \(Interval.day.key(of: "toInt64(toUInt32(event_time))", in: scope.period)) AS day, count(), \
            toInt64(sum(late)) FROM \(Schema.events) WHERE \(scope.condition) GROUP BY day ORDER BY day
            """
        ) { row throws(QuestionError) -> JSONValue in
            [
                "day": .string(CivilDate(dayNumber: Int(try row.integer())).text),
                "events": .int(try row.integer()),
                "late": .int(try row.integer()),
            ]
        }
        let found = whole.first
        func quantile(_ index: Int) -> JSONValue {
            JSONValue(found.flatMap { index < $0.quantiles.count ? $0.quantiles[index] : nil })
        }
        return [
            "events": .int(found?.events ?? 0),
            "late": .int(found?.late ?? 0),
            "p50": quantile(0),
            "p90": quantile(1),
            "p99": quantile(2),
            "histogram": .array(
                bars.indices.map { index in
                    [
                        "from": .int(bars[index]),
                        "to": index + 1 < bars.count ? .int(bars[index + 1]) : .null,
                        "events": .int(found.map { $0.counts[index] } ?? 0),
                    ]
                }
            ),
            "days": .array(days),
        ]
    }
}
