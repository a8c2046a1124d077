import EventStore

/// New users: those whose first event ever, of all events stored, lies in a range of time.
///
/// A new user counts where that first event is: with filters, only if the first event itself passes them, so that the
/// new users of all channels (or of all points of a trend) add up to those of the whole.
enum NewUsers {
    /// A statement whose rows are (key, new users) for the keys that have any. `key` is SQL over `first_time`, the Unix
    /// seconds of a user's first event.
    static func count(in range: Range<Int64>, filters: Filters, by key: SQL) -> SQL {
        """
        SELECT \(key) AS point, count() AS users FROM (\(first(in: range, filters: filters))) GROUP BY point ORDER BY point
        """
    }

    /// Rows (uid, first_time). One pass over the uids of all history, which costs less than excluding earlier ones by
    /// a set (10 million events: 0.3 s and 0.7 s); only with filters a second one, over the new users' events.
    private static func first(in range: Range<Int64>, filters: Filters) -> SQL {
        let newcomers: SQL = """
            FROM events WHERE event_time < \(range.upperBound) AND \(filters.uidCondition) GROUP BY uid \
            HAVING min(event_time) >= \(range.lowerBound)
            """
        guard !filters.isEmpty else {
            return "SELECT uid, toInt64(min(event_time)) AS first_time \(newcomers)"
        }
        return """
            SELECT uid, toInt64(min(event_time)) AS first_time FROM events \
            WHERE \(Scope.within(range)) AND uid IN (SELECT uid \(newcomers)) GROUP BY uid \
            HAVING argMin(\(filters.condition), (event_time, arrival, item_index)) = 1
            """
    }
}
