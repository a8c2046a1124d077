import EventStore

/// A user's page views in the order they happened, each with its session, in SQL.
///
/// Which page came first or last in a session depends on events that share a second, so here the whole order counts:
/// (`event_time`, `arrival`, `item_index`).
enum VisitOrder {
    /// Columns of a statement that groups a scope's events by `uid`: `visits` (page and position, −1: absent) and
    /// `visit_sessions` (growing numbers from 0), with one element a page view, in order. Sessions are cut from all the events,
    /// so that one that is no page view still bridges a gap.
    ///
    /// Four plain arrays take half the memory of one array of tuples and are built faster.
    static func columns(_ scope: Scope) -> SQL {
        """
        groupArray(toUInt32(event_time)) AS times, groupArray(arrival) AS arrivals, groupArray(item_index) AS items, \
        arraySort((visit, key) -> key, \
            arrayMap((page, position) -> (page, position), \
                groupArray(if(\(scope.isPageView), ifNull(toInt64(page_id), toInt64(-1)), toInt64(-2))), \
                groupArray(ifNull(toInt64(pos_id), toInt64(-1)))), \
            arrayMap((time, arrival, item) -> (time, arrival, item), times, arrivals, items)) AS ordered, \
        arrayMap(number -> toInt64(number), arrayCumSum(arrayMap(gap -> gap > \(Sessions.gapSeconds), \
            arrayDifference(arraySort(times))))) AS numbers, \
        arrayFilter(visit -> visit.1 != -2, ordered) AS visits, \
        arrayFilter((number, visit) -> visit.1 != -2, numbers, ordered) AS visit_sessions
        """
    }
}
