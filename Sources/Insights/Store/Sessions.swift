import EventStore

/// How a user's events are cut into sessions, in SQL.
///
/// A session is a run of one user's events in which no event comes more than 30 minutes after the one before. Sessions
/// are cut from the events that a question is about: those in its period that pass its filters. One that crosses the
/// period's edge is cut there.
enum Sessions {
    static let gapSeconds = 1_800

    /// Columns of a statement that groups a source's visits by user: `session_starts` (Unix seconds) and `session_views`
    /// (page views of each: none, one, or a larger number), with one element a session, in order.
    ///
    /// Arrays instead of window functions: they need no sort of all events, only of each user's, and every engine we
    /// know runs them. No lambda captures an array, which the engine would copy for each element: cost stays linear for
    /// a user with a million events. Where two events share a second their order changes no session, so that one number
    /// holds all that is sorted.
    static func columns(_ source: EventSource) -> SQL {
        """
        \(source.moments) AS session_moments, \
        arrayDifference(arrayMap(moment -> intDiv(moment, 4), session_moments)) AS session_gaps, \
        arrayCumSum(arrayMap(moment -> toInt64(moment % 4), session_moments)) AS session_sums, \
        arrayMap(moment -> toInt64(intDiv(moment, 4)) + \(source.range.lowerBound), \
            arrayFilter((moment, gap, place) -> gap > \(gapSeconds) OR place = 1, \
                session_moments, session_gaps, arrayEnumerate(session_moments))) AS session_starts, \
        arrayPopFront(arrayDifference(arrayConcat([toInt64(0)], \
            arrayFilter((before, gap) -> gap > \(gapSeconds), \
                arrayPopBack(arrayPushFront(session_sums, toInt64(0))), session_gaps), \
            [toInt64(session_sums[-1])]))) AS session_views
        """
    }
}
