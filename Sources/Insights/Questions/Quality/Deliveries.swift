import EventStore

/// What the questions about how reports came share: by time of arrival, and for one app where one is named.
struct Deliveries {
    let period: Period
    private let app: String?

    static let parameters: [CatalogueEntry.Parameter] =
        CatalogueEntry.Parameter.optionalPeriod + [
            .init("app", .text, .init("Only this app's reports", "只看该应用的上报"))
        ]

    init(_ asked: Asked) throws(QuestionError) {
        period = try asked.period()
        app = asked.arguments["app"]
    }

    /// The condition on `tallies`, whose times are quarters of an hour: one that the period cuts counts with its start.
    var tallies: SQL {
        let range = period.range
        return "time >= \(range.lowerBound) AND time < \(range.upperBound) AND \(appCondition)"
    }

    /// The condition that a row's `arrival` lies in the period.
    var arrival: SQL {
        let range = period.range
        return """
            arrival >= \(UInt64(range.lowerBound) * 1_000_000) AND arrival < \(UInt64(range.upperBound) * 1_000_000) \
            AND \(appCondition)
            """
    }

    var appCondition: SQL { app.map { "app = \($0)" } ?? "1" }

    /// The number of the local day that a time (SQL of Unix seconds as an integer) falls into.
    func day(of time: SQL) -> SQL {
        Interval.day.key(of: time, in: period)
    }

    /// A row for each number of each client that reported in the period: the number, when it first came (`seconds`), and
    /// how many numbers before it never came (`gap`).
    ///
    /// Numbers are compared with all that is kept, not only the period's: a gap is closed by whatever closed it, whenever
    /// that came. Those before the first that is known were lost too where that one is small; a client that is first
    /// known by a larger one had reported before what is kept.
    var numbers: SQL {
        """
        SELECT app, install, row.1 AS number, toInt64(intDiv(row.2, 1000000)) AS seconds, gap FROM (\
        SELECT app, install, arraySort(groupArray((toInt64(number), first))) AS rows, arrayMap((row, place) -> \
        if(place > 1, row.1 - rows[place - 1].1 - 1, if(row.1 <= \(Self.firstNumberAtMost), row.1 - 1, 0)), \
        rows, arrayEnumerate(rows)) AS gaps FROM (\
        SELECT app, install, number, min(arrival) AS first FROM \(Schema.sequences) WHERE \(appCondition) AND \
        (app, install) IN (SELECT app, install FROM \(Schema.sequences) WHERE \(arrival)) \
        GROUP BY app, install, number) GROUP BY app, install) ARRAY JOIN rows AS row, gaps AS gap \
        WHERE seconds >= \(period.range.lowerBound) AND seconds < \(period.range.upperBound)
        """
    }

    private static let firstNumberAtMost = 32
}
