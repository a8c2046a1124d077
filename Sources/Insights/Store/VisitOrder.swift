import EventStore

/// A user's page views in the order they happened, each with its session, in SQL.
///
/// Which page came first or last in a session depends on events that share a second, so here the whole order counts:
/// (`event_time`, `arrival`, `item_index`).
enum VisitOrder {
    /// A statement with a row for each user: `person`, `visits` (page and position, −1: absent) and `visit_sessions`
    /// (growing numbers from 0), with one element a page view, in order. Sessions are cut from all the scope's events,
    /// so that one that is no page view still bridges a gap.
    ///
    /// Five plain arrays take half the memory of one array of tuples and are built faster. Steps are subqueries, not
    /// aliases: the engine analyses an alias again wherever it is used, which took 0.3 s for the longest paths.
    static func statement(_ scope: Scope) -> SQL {
        """
        SELECT person, arrayFilter(visit -> visit.1 != -2, ordered) AS visits, \
        arrayFilter((number, visit) -> visit.1 != -2, numbers, ordered) AS visit_sessions FROM (\
        SELECT person, arraySort((visit, key) -> key, \
            arrayMap((page, position) -> (page, position), pages, positions), \
            arrayMap((time, arrival, item) -> (time, arrival, item), times, arrivals, items)) AS ordered, \
        arrayMap(number -> toInt64(number), arrayCumSum(arrayMap(gap -> gap > \(Sessions.gapSeconds), \
            arrayDifference(arraySort(times))))) AS numbers FROM (\
        SELECT \(scope.user) AS person, groupArray(toUInt32(event_time)) AS times, groupArray(arrival) AS arrivals, \
        groupArray(item_index) AS items, \
        groupArray(if(\(scope.isPageView), ifNull(toInt64(page_id), toInt64(-1)), toInt64(-2))) AS pages, \
        groupArray(ifNull(toInt64(pos_id), toInt64(-1))) AS positions \
        FROM \(Schema.events) WHERE \(scope.condition) GROUP BY person))
        """
    }

    /// The array moved one place on: beside each element the one before it, `first` beside the first.
    static func before(_ array: SQL, first: Int = -1) -> SQL {
        "arrayPopBack(arrayPushFront(\(array), toInt64(\(first))))"
    }

    /// The array moved one place back: beside each element the one after it, −1 beside the last.
    static func after(_ array: SQL) -> SQL {
        "arrayPopFront(arrayPushBack(\(array), toInt64(-1)))"
    }
}
