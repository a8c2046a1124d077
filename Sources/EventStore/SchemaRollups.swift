/// What the embedded store keeps beside the events so that long periods are answered without reading every one of them.
///
/// All of it is made of projections: rows that the engine derives from the events of a part and keeps inside of that
/// part. A part comes, is merged, loses rows and goes together with its projections, so that they count late events,
/// events sent again, erased users and dropped months as the events themselves do, without a line of ours.
///
/// Time is cut into half hours, because a session ends with a gap of more than 30 minutes: between a user's first and
/// last event of one half hour there is none, and so sessions cut from those two are the sessions of all events. Days
/// and hours of every zone but those some quarter of an hour away (Nepal's) are made of half hours.
extension Schema {
    /// Seconds of the pieces that time is cut into.
    package static let rollupSeconds: Int64 = 1_800

    /// The hash of `uid` that users are told apart by where none has to be named, in the embedded store.
    ///
    /// Of n users, two share a hash with a probability of n² ÷ 2⁶⁵: 1 in 37 million for a million of them.
    package static let userHash: SQL = "uid_hash"

    /// Step 5. The rows that are there are worked through before it ends: what reads a projection reads only the parts
    /// that have it.
    @Sendable static func addRollups(_ features: EngineFeatures) -> [SQL] {
        guard features.rollups else { return [] }
        return [
            """
            ALTER TABLE \(events) ADD COLUMN IF NOT EXISTS \(userHash) UInt64 MATERIALIZED sipHash64(uid) CODEC(ZSTD(1))
            """,
            "ALTER TABLE \(events) MATERIALIZE COLUMN \(userHash) SETTINGS mutations_sync = 1",
        ] + rollups.flatMap { [$0.add, $0.materialize] }
    }

    package static let rollups = [totals, activity, firstEvents]

    /// Sums of each half hour and value of the small fields.
    static let totals = Rollup(
        name: "totals",
        keys: ["toDate(event_time)", halfHour] + smallFields,
        values: ["count()", seconds, "count(duration)", "sum(late)"]
    )

    /// Each user's first and last event of every half hour and value of the small fields.
    static let activity = Rollup(
        name: "activity",
        keys: ["toDate(event_time)", "uid_hash", halfHour] + smallFields,
        values: ["count()", "min(event_time)", "max(event_time)"]
    )

    /// Each user's first event, in each part.
    static let firstEvents = Rollup(
        name: "first_events",
        keys: ["uid_hash"],
        values: ["count()", "min(event_time)"]
    )

    private static let halfHour: StaticString = "intDiv(toUInt32(event_time), 1800)"
    private static let seconds: StaticString = "sum(toFloat64(ifNull(duration, 0)))"
    private static let smallFields: [StaticString] = ["channel", "device_type", "business_type", "operate_id"]

    /// One projection that groups.
    package struct Rollup: Sendable {
        let name: StaticString
        /// What it groups by and is ordered by, as the engine names the columns.
        let keys: [StaticString]
        let values: [StaticString]

        var add: SQL {
            let keys = SQL.joined(keys.map { "\(raw: $0)" }, separator: ", ")
            let values = SQL.joined(values.map { "\(raw: $0)" }, separator: ", ")
            return """
                ALTER TABLE \(events) ADD PROJECTION IF NOT EXISTS \(raw: name) (SELECT \(keys), \(values) GROUP BY \(keys))
                """
        }

        var materialize: SQL {
            "ALTER TABLE \(events) MATERIALIZE PROJECTION \(raw: name) SETTINGS mutations_sync = 1"
        }

        /// What makes it anew, of the events as they are.
        package var rebuild: [SQL] {
            [
                "ALTER TABLE \(events) CLEAR PROJECTION IF EXISTS \(raw: name) SETTINGS mutations_sync = 1",
                materialize,
            ]
        }

        /// One value: how many events it counts.
        package var eventsCounted: SQL { "SELECT toUInt64(sum(\(Self.value("count()")))) FROM \(rows)" }

        /// Its rows, as they lie in the parts: the same keys may come several times.
        fileprivate var rows: SQL { "mergeTreeProjection('\(database)', '\(events)', '\(raw: name)')" }

        /// A key, or an aggregate's state so far; the engine names a column by what makes it.
        fileprivate static func key(_ name: StaticString) -> SQL { "`\(raw: name)`" }
        fileprivate static func value(_ name: StaticString) -> SQL { "finalizeAggregation(`\(raw: name)`)" }
    }
}

// MARK: - Reading

extension Schema {
    /// A subquery of ``totals``: `half_hour`, the small fields under their names, `events_here`, `seconds_here`,
    /// `timed_here`, `late_here`.
    ///
    /// - Parameter range: Unix seconds, whole half hours.
    package static func totalRows(in range: Range<Int64>) -> SQL {
        """
        (SELECT \(Rollup.key(halfHour)) AS half_hour, \(fields), \(Rollup.value("count()")) AS events_here, \
        \(Rollup.value(seconds)) AS seconds_here, \(Rollup.value("count(duration)")) AS timed_here, \
        \(Rollup.value("sum(late)")) AS late_here FROM \(totals.rows) WHERE \(within(range)))
        """
    }

    /// A subquery of ``activity``: `uid_hash`, `half_hour`, the small fields, `events_here`, `first_here` and `last_here`
    /// (Unix seconds).
    package static func activityRows(in range: Range<Int64>) -> SQL {
        """
        (SELECT \(userHash), \(Rollup.key(halfHour)) AS half_hour, \(fields), \(Rollup.value("count()")) AS events_here, \
        toInt64(\(Rollup.value("min(event_time)"))) AS first_here, \
        toInt64(\(Rollup.value("max(event_time)"))) AS last_here FROM \(activity.rows) WHERE \(within(range)))
        """
    }

    /// A subquery of every user's first event of all: `uid_hash` and `first_time` (Unix seconds).
    package static let firstEventTimes: SQL = """
        (SELECT \(userHash), toInt64(min(first_here)) AS first_time FROM (SELECT \(userHash), \
        toUInt32(\(Rollup.value("min(event_time)"))) AS first_here FROM \(firstEvents.rows)) GROUP BY \(userHash))
        """

    private static var fields: SQL { .joined(smallFields.map { "\(raw: $0)" }, separator: ", ") }

    /// The day is there for the order of the rows, which begins with it; the engine's days end with the 65,535th.
    private static func within(_ range: Range<Int64>) -> SQL {
        let days = [range.lowerBound, range.upperBound - 1].map { min($0 / 86_400, Int64(UInt16.max)) }
        return """
            \(Rollup.key("toDate(event_time)")) BETWEEN toDate(toUInt16(\(days[0]))) AND toDate(toUInt16(\(days[1]))) \
            AND \(Rollup.key(halfHour)) >= \(range.lowerBound / rollupSeconds) \
            AND \(Rollup.key(halfHour)) < \(range.upperBound / rollupSeconds)
            """
    }
}
