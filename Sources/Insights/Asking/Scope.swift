import EventStore
import Reports

/// The events a question is about: a period and filters, and what counts as a page view.
struct Scope: Sendable {
    let period: Period
    let filters: Filters
    private let pageViewOperations: [UInt32]
    /// The store keeps ``Schema/rollups``.
    let hasRollups: Bool

    init(period: Period, filters: Filters, plan: TrackingPlan, hasRollups: Bool = false) {
        self.period = period
        self.filters = filters
        self.hasRollups = hasRollups
        pageViewOperations = plan.pageViewOperations
    }

    /// The condition of the period's events that pass the filters.
    var condition: SQL { condition(in: period.range) }

    func condition(in range: Range<Int64>) -> SQL { "\(Self.within(range)) AND \(filters.condition)" }

    /// The condition of a time range that uses partitions (by month) and the primary key (by day).
    ///
    /// The day is compared as a number: the engine rewrites `toDate(event_time) >= …` into a condition on `event_time`,
    /// which is the key's third column, and then reads whole months (805 granules for 14 days, where this reads 206).
    static func within(_ range: Range<Int64>) -> SQL {
        """
        event_time >= \(range.lowerBound) AND event_time < \(range.upperBound) \
        AND toUInt16(toDate(event_time)) BETWEEN \(range.lowerBound / 86_400) AND \((range.upperBound - 1) / 86_400)
        """
    }

    /// What users are told apart by where none is named: a column that is read and hashed in half the time of their ids,
    /// where the store has it.
    var user: SQL { hasRollups ? Schema.userHash : "uid" }

    /// 1 for a page view, else 0; never NULL, which `groupArray` would skip.
    var isPageView: SQL {
        pageViewOperations.isEmpty ? "0" : "ifNull(operate_id IN \(pageViewOperations), 0)"
    }

    /// The measures of a group of events: ``Measures`` reads them.
    var measures: SQL {
        """
        count() AS events, countIf(\(isPageView)) AS views, uniqExactIf(\(user), \(isPageView)) AS visitors, \(durations)
        """
    }

    /// The columns of ``measures``. A user is on one shard of a cluster, so that distinct users may be added up too.
    static let measureNames: [SQL] = ["events", "views", "visitors", "seconds", "timed"]

    /// Sum and number of the durations that page views carry. As floating point: the sum of 64-bit durations may not
    /// fit 64 bits, and below 2^53 seconds nothing is lost.
    private var durations: SQL {
        """
        sumIf(toFloat64(ifNull(duration, 0)), \(isPageView)) AS seconds, \
        countIf(\(isPageView) AND isNotNull(duration)) AS timed
        """
    }
}
