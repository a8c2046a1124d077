import EventStore

/// How a user's events are cut into sessions, in SQL.
///
/// A session is a run of one `uid`'s events in which no event comes more than 30 minutes after the one before. Sessions
/// are cut from the events that a question is about: those in its period that pass its filters. One that crosses the
/// period's edge is cut there.
enum Sessions {
    static let gapSeconds = 1_800

    /// Columns of a statement that groups a scope's events by `uid`: `session_starts` (Unix seconds) and
    /// `session_views` (page views of each), with one element a session, in order.
    ///
    /// Arrays instead of window functions: they need no sort of all events, only of each user's, and every engine we
    /// know runs them. No lambda captures an array, which the engine would copy for each element: cost stays linear for
    /// a user with a million events. Where two events share a second their order changes no session, so that 33 bits
    /// hold all that is sorted.
    static func columns(_ scope: Scope) -> SQL {
        """
        arraySort(groupArray(toInt64(event_time) * 2 + \(scope.isPageView))) AS session_marks, \
        arrayMap(mark -> intDiv(mark, 2), session_marks) AS session_times, \
        arrayMap(mark -> mark % 2, session_marks) AS session_flags, \
        arrayDifference(session_times) AS session_gaps, \
        arrayMap((sum, flag) -> toInt64(sum) - toInt64(flag), arrayCumSum(session_flags), session_flags) AS views_before, \
        arrayFilter((time, gap, place) -> gap > \(gapSeconds) OR place = 1, \
            session_times, session_gaps, arrayEnumerate(session_times)) AS session_starts, \
        arrayPopFront(arrayDifference(arrayConcat([toInt64(0)], \
            arrayFilter((before, gap) -> gap > \(gapSeconds), views_before, session_gaps), \
            [toInt64(arraySum(session_flags))]))) AS session_views
        """
    }
}
