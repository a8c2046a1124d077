import EventStore

/// Where a question about counts and users reads: the events, or what the store keeps of every half hour, which says the
/// same in a third to a five-hundredth of the rows.
///
/// The second where it can: the store has it, the filters ask only for what it knows, and the range begins and ends with
/// a half hour. Both ways have one answer; the tests of the definitions go both.
struct EventSource {
    let scope: Scope
    let range: Range<Int64>
    let usesRollups: Bool

    /// - Parameter range: Unix seconds; nil: the scope's period.
    init(_ scope: Scope, in range: Range<Int64>? = nil) {
        self.scope = scope
        self.range = range ?? scope.period.range
        let edges = [self.range, scope.period.range].flatMap { [$0.lowerBound, $0.upperBound] }
        usesRollups =
            scope.hasRollups && scope.filters.isWithin(Self.rollupFields)
            && edges.allSatisfy { $0.isMultiple(of: Schema.rollupSeconds) }
    }

    /// The same, but by the events themselves where half hours are not whole in `interval`'s points.
    init(_ scope: Scope, by interval: Interval) {
        let source = EventSource(scope)
        let isWhole = interval.isMadeOf(seconds: Schema.rollupSeconds, in: scope.period)
        self = source.usesRollups && !isWhole ? EventSource(events: scope) : source
    }

    /// The events themselves.
    init(events scope: Scope) {
        self.scope = scope
        range = scope.period.range
        usesRollups = false
    }

    private static let rollupFields: Set<Filters.Column> = [.channel, .deviceType, .businessType, .operateID]

    // MARK: - Counts

    /// A statement with a row for each `key`: it, and the columns of ``Scope/measureNames``.
    ///
    /// - Parameters:
    ///   - key: SQL over `time` (SQL of Unix seconds) and the small fields.
    ///   - name: what the key is called.
    func measures(by key: (_ time: SQL) -> SQL, as name: SQL) -> SQL {
        guard usesRollups else {
            let statement: SQL = """
                SELECT \(key("toInt64(event_time)")) AS \(name), \(scope.measures) FROM \(Schema.events) \
                WHERE \(scope.condition(in: range)) GROUP BY \(name)
                """
            return "\(addingUp: statement, keys: [name], sums: Scope.measureNames)"
        }
        let (view, group) = (scope.isPageView, key(Self.halfHourTime))
        return """
            SELECT \(name), sum(events_part) AS events, sum(views_part) AS views, sum(visitors_part) AS visitors, \
            sum(seconds_part) AS seconds, sum(timed_part) AS timed FROM (\
            SELECT \(group) AS \(name), sum(events_here) AS events_part, sumIf(events_here, \(view)) AS views_part, \
            toUInt64(0) AS visitors_part, sumIf(seconds_here, \(view)) AS seconds_part, \
            sumIf(timed_here, \(view)) AS timed_part FROM \(totals) GROUP BY \(name) UNION ALL \
            SELECT \(group) AS \(name), toUInt64(0) AS events_part, toUInt64(0) AS views_part, \
            uniqExact(\(scope.user)) AS visitors_part, toFloat64(0) AS seconds_part, toUInt64(0) AS timed_part \
            FROM \(activity) AND \(view) GROUP BY \(name)) GROUP BY \(name)
            """
    }

    /// A statement of one value: how many of the events arrived late.
    var late: SQL {
        usesRollups
            ? "SELECT toInt64(sum(late_here)) FROM \(totals)"
            : "SELECT toInt64(sum(late)) FROM \(Schema.events) WHERE \(scope.condition(in: range))"
    }

    // MARK: - Users

    /// What follows `FROM`, and ends with a condition that more may be added to.
    var visits: SQL {
        usesRollups ? activity : "\(Schema.events) WHERE \(scope.condition(in: range))"
    }

    /// SQL of a time in the row's half hour, or of the event itself, in Unix seconds.
    var time: SQL { usesRollups ? Self.halfHourTime : "toInt64(event_time)" }

    /// SQL, aggregating a user's ``visits``: an array of when something happened, in order, each moment as seconds since
    /// the range began × 4 + page views then, of which more than two count as two. Of each half hour the first and the last
    /// moment are there.
    var moments: SQL {
        // 32 bits sort and move faster, and are enough for 34 years.
        let integer: SQL = range.upperBound - range.lowerBound < 1 << 30 ? "toUInt32" : "toUInt64"
        func moment(_ time: SQL, _ views: SQL) -> SQL { "\(integer)((\(time) - \(range.lowerBound)) * 4 + \(views))" }
        guard usesRollups else {
            return "arraySort(groupArray(\(moment("toInt64(event_time)", scope.isPageView))))"
        }
        let views: SQL = "if(\(scope.isPageView), least(events_here, 2), 0)"
        return """
            arraySort(arrayConcat(groupArray(\(moment("first_here", views))), \
            groupArrayIf(\(moment("last_here", "0")), last_here > first_here)))
            """
    }

    private static let halfHourTime: SQL = "(toInt64(half_hour) * \(Schema.rollupSeconds))"

    private var totals: SQL { "\(Schema.totalRows(in: range)) WHERE \(scope.filters.condition)" }
    private var activity: SQL { "\(Schema.activityRows(in: range)) WHERE \(scope.filters.condition)" }
}
