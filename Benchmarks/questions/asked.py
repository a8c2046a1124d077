"""The questions that are measured: how Footprint is asked, and the same in SQL for the others.

Each has one normal form, a list of tuples, that both answers are brought into and compared in. The peers' table is
`events (t, arrival, item_index, uid, device_type, business_type, channel, operate_id, page_id, pos_id, prev_id,
trace_id, duration)`, `t` being `event_time` in Unix seconds. Their SQL is what one would write for them: window
functions for sessions, because both have them.
"""

import dataclasses

ZONE_SECONDS = 8 * 3_600
DAY = 86_400
GAP = 1_800
WINDOW = 86_400
STEPS = (1, 2, 3)
VIEW = "coalesce(operate_id IN (10000, 11000), false)"
LIMIT = 50
BARS = (0, 1, 3, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600)


@dataclasses.dataclass
class Question:
    name: str
    # Path and parameters, for a range.
    path: str
    # Statements of a peer, for (sql dialect, range): their rows, one list each, are given to `theirs`.
    sql: object
    ours: object
    theirs: object


def number(value):
    """Means are compared to nine digits: the sums behind them are the same, their rounding need not be."""
    return None if value is None else float(f"{float(value):.9g}")


def descending(rows, measure, key):
    return sorted(rows, key=lambda row: (-measure(row), key(row)))


def absent_last(*ids):
    return tuple(part for value in ids for part in (value is None, value or 0))


def within(dialect, range_):
    return f"t >= {range_[0]} AND t < {range_[1]}"


def measures():
    return (
        f"count(*) FILTER (WHERE {VIEW}), count(DISTINCT uid) FILTER (WHERE {VIEW}), "
        f"avg(duration) FILTER (WHERE {VIEW}), count(*)"
    )


def sessions(range_, order="t", columns="", cut="0"):
    """Events with the number of their user's session."""
    return (
        f"SELECT *, sum(starts) OVER (PARTITION BY uid, cut ORDER BY {order} ROWS UNBOUNDED PRECEDING) AS number FROM ("
        f"SELECT uid, {cut} AS cut, t{columns}, {VIEW} AS view, "
        f"CASE WHEN t - lag(t) OVER (PARTITION BY uid, {cut} ORDER BY {order}) <= {GAP} THEN 0 ELSE 1 END AS starts "
        f"FROM events WHERE {within(None, range_)}) AS gaps"
    )


ORDER = "t, arrival, item_index"
ORDER_COLUMNS = ", arrival, item_index, page_id, pos_id"


# MARK: overview


def overview_sql(dialect, range_):
    start, end = range_
    both = (start - (end - start), end)
    cut = f"CAST(t >= {start} AS INTEGER)"
    return [
        f"SELECT {cut}, {measures()} FROM events WHERE {within(dialect, both)} GROUP BY 1",
        f"SELECT cut, count(*), count(*) FILTER (WHERE views = 1) FROM (SELECT cut, uid, number, "
        f"count(*) FILTER (WHERE view) AS views FROM ({sessions(both, cut=cut)}) AS numbered GROUP BY 1, 2, 3) AS whole "
        "GROUP BY 1",
        f"SELECT CAST(first >= {start} AS INTEGER), count(*) FROM (SELECT uid, min(t) AS first FROM events GROUP BY uid) "
        f"AS firsts WHERE first >= {both[0]} AND first < {end} GROUP BY 1",
    ]


def overview_theirs(results):
    figures, counted, new = ({row[0]: row[1:] for row in rows} for rows in results)
    answer = []
    for part in (1, 0):
        pv, uv, mean, events = figures.get(part, (0, 0, None, 0))
        whole, bounces = counted.get(part, (0, 0))
        rate = number(bounces / whole) if whole else None
        answer.append((pv, uv, events, whole, number(mean), rate, new.get(part, (0,))[0]))
    return answer


def overview_ours(data):
    names = ("pv", "uv", "events", "sessions", "avg_duration", "bounce_rate", "new_users")
    rounded = {"avg_duration", "bounce_rate"}
    return [
        tuple(number(part[name]) if name in rounded else part[name] for name in names)
        for part in (data, data["previous"])
    ]


# MARK: trend, breakdown


def trend_sql(dialect, range_):
    day = f"(t + {ZONE_SECONDS}) {dialect.divide} {DAY}"
    return [
        f"SELECT {day}, count(*) FILTER (WHERE {VIEW}), count(DISTINCT uid) FILTER (WHERE {VIEW}) FROM events "
        f"WHERE {within(dialect, range_)} GROUP BY 1 ORDER BY 1"
    ]


def breakdown_sql(dialect, range_):
    return [f"SELECT channel, {measures()} FROM events WHERE {within(dialect, range_)} GROUP BY 1"]


# MARK: pages, positions


def places_sql(key):
    def sql(dialect, range_):
        numbered = sessions(range_, ORDER, ORDER_COLUMNS)
        ends = (
            f"SELECT {key}, row_number() OVER (PARTITION BY uid, number ORDER BY {ORDER}) AS from_begin, "
            f"row_number() OVER (PARTITION BY uid, number ORDER BY t DESC, arrival DESC, item_index DESC) AS from_end "
            f"FROM ({numbered}) AS numbered WHERE view"
        )
        return [
            f"SELECT {key}, {measures()} FROM events WHERE {within(dialect, range_)} "
            f"GROUP BY {key}",
            f"SELECT {key}, count(*) FILTER (WHERE from_begin = 1), count(*) FILTER (WHERE from_end = 1) "
            f"FROM ({ends}) AS ends WHERE from_begin = 1 OR from_end = 1 GROUP BY {key}",
        ]

    return sql


def places_theirs(ids):
    def theirs(results):
        ends = {row[:ids]: row[ids:] for row in results[1]}
        rows = [
            row[:ids] + (row[ids], row[ids + 1], number(row[ids + 2])) + ends.get(row[:ids], (0, 0)) + (row[ids + 3],)
            for row in results[0]
        ]
        return descending(rows, lambda row: row[ids], lambda row: absent_last(*row[:ids]))[:LIMIT]

    return theirs


def places_ours(*ids):
    return lambda data: [
        tuple(row[name] for name in ids)
        + (row["pv"], row["uv"], number(row["avg_duration"]), row["entries"], row["exits"], row["events"])
        for row in data
    ]


# MARK: flows, paths


def flows_sql(dialect, range_):
    return [
        f"SELECT prev_id, page_id, count(*), count(DISTINCT uid) FROM events WHERE {within(dialect, range_)} AND {VIEW} "
        f"AND prev_id IS NOT NULL AND page_id IS NOT NULL GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT {LIMIT}"
    ]


def paths_sql(dialect, range_):
    numbered = sessions(range_, ORDER, ORDER_COLUMNS)
    return [
        f"SELECT path, count(*), count(DISTINCT uid) FROM (SELECT uid, number, "
        f"{dialect.first_of(f'page_id ORDER BY {ORDER}', 5)} AS path FROM (SELECT *, lag(page_id) OVER "
        f"(PARTITION BY uid, number ORDER BY {ORDER}) AS before FROM ({numbered}) AS numbered "
        "WHERE view AND page_id IS NOT NULL) AS visits WHERE before IS NULL OR before <> page_id GROUP BY 1, 2) AS ways "
        "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20"
    ]


# MARK: funnel, retention, durations


def funnel_sql(dialect, range_):
    """For each step when it was reached, and the latest first step that this goes back to."""
    reached = (
        f"r1 AS (SELECT uid, t, t AS start FROM events WHERE {within(dialect, range_)} AND {VIEW} "
        f"AND page_id = {STEPS[0]})"
    )
    for step, page in enumerate(STEPS[1:], 2):
        reached += (
            f", r{step} AS (SELECT uid, t, latest AS start FROM (SELECT uid, t, kind, max(start) OVER "
            "(PARTITION BY uid ORDER BY t, kind ROWS UNBOUNDED PRECEDING) AS latest FROM "
            f"(SELECT uid, t, start, 0 AS kind FROM r{step - 1} UNION ALL SELECT uid, t, NULL, 1 FROM events "
            f"WHERE {within(dialect, range_)} AND {VIEW} AND page_id = {page}) AS marks) AS lain "
            f"WHERE kind = 1 AND latest IS NOT NULL AND t <= latest + {WINDOW})"
        )
    counts = " UNION ALL ".join(
        f"SELECT {step}, count(*), {dialect.median('took')} FROM (SELECT uid, {dialect.earliest('t - start', 't')} AS took "
        f"FROM r{step} GROUP BY uid) AS of_{step}"
        for step in range(1, len(STEPS) + 1)
    )
    return [f"WITH {reached} {counts}"]


def retention_sql(dialect, range_):
    day = f"(t + {ZONE_SECONDS}) {dialect.divide} {DAY}"
    return [
        "SELECT cohort, day - cohort, count(*) FROM (SELECT uid, day, min(day) OVER (PARTITION BY uid) AS cohort FROM "
        f"(SELECT DISTINCT uid, {day} AS day FROM events WHERE {within(dialect, range_)}) AS days) AS active "
        "WHERE day - cohort <= 7 GROUP BY 1, 2"
    ]


def retention_theirs(results):
    return sorted(results[0])


def retention_ours(data):
    first = days_of(data[0]["cohort"])
    return sorted(
        (first + place, later, count)
        for place, cohort in enumerate(data)
        for later, count in enumerate(cohort["returned"])
        if count
    )


def days_of(text):
    import datetime

    return (datetime.date.fromisoformat(text) - datetime.date(1970, 1, 1)).days


def durations_sql(dialect, range_):
    return [
        f"SELECT duration, count(*) FROM events WHERE {within(dialect, range_)} AND {VIEW} AND duration IS NOT NULL "
        "GROUP BY 1 ORDER BY 1"
    ]


def durations_theirs(results):
    rows = results[0]
    whole = sum(count for _, count in rows)
    quantiles = []
    for level in (0.5, 0.9, 0.99):
        place, seen = int(level * whole), 0
        for seconds, count in rows:
            seen += count
            if seen > place:
                quantiles.append(seconds)
                break
    bars = [
        sum(count for seconds, count in rows if low <= seconds and (high is None or seconds < high))
        for low, high in zip(BARS, BARS[1:] + (None,))
    ]
    return [(whole, *quantiles, *bars)]


# MARK: one trace, one user

EVENT = "t, item_index, uid, trace_id, page_id, duration"


def trace_sql(dialect, trace):
    return [f"SELECT {EVENT} FROM events WHERE trace_id = '{trace}' ORDER BY {ORDER}"]


def user_sql(dialect, uid):
    return [
        f"SELECT {EVENT} FROM events WHERE uid = '{uid}' ORDER BY t DESC, arrival DESC, item_index DESC LIMIT 100"
    ]


def events_ours(events):
    return [
        (event["event_time"], event["item_index"], event["uid"], event["trace_id"], event["page_id"], event["duration"])
        for event in events
    ]


def rows_theirs(results):
    return [tuple(list(value) if isinstance(value, (list, tuple)) else value for value in row) for row in results[0]]


OF_A_PERIOD = [
    Question("overview", "overview", overview_sql, overview_ours, overview_theirs),
    Question(
        "trend",
        "trend",
        trend_sql,
        lambda data: [(days_of(row["time"]), row["pv"], row["uv"]) for row in data if row["pv"] or row["uv"]],
        lambda results: [row for row in results[0] if row[1] or row[2]],
    ),
    Question("pages", "pages", places_sql("page_id"), places_ours("page_id"), places_theirs(1)),
    Question(
        "positions", "positions", places_sql("page_id, pos_id"), places_ours("page_id", "pos_id"), places_theirs(2)
    ),
    Question(
        "breakdown",
        "breakdown?by=channel",
        breakdown_sql,
        lambda data: [(row["value"], row["pv"], row["uv"], number(row["avg_duration"]), row["events"]) for row in data],
        lambda results: descending(
            [(row[0], row[1], row[2], number(row[3]), row[4]) for row in results[0]],
            lambda row: row[1],
            lambda row: absent_last(row[0]),
        ),
    ),
    Question(
        "flows",
        "flows",
        flows_sql,
        lambda data: [(row["prev_id"], row["page_id"], row["count"], row["users"]) for row in data],
        rows_theirs,
    ),
    Question(
        "paths",
        "paths?depth=5",
        paths_sql,
        lambda data: [(row["pages"], row["count"], row["users"]) for row in data],
        rows_theirs,
    ),
    Question(
        "funnel",
        f"funnel?steps={','.join(f'page:{step}' for step in STEPS)}&window={WINDOW}",
        funnel_sql,
        lambda data: [
            (place, row["users"], row["median_seconds"] if place > 1 else None) for place, row in enumerate(data, 1)
        ],
        lambda results: sorted((row[0], row[1], row[2] if row[0] > 1 else None) for row in results[0]),
    ),
    Question("retention", "retention", retention_sql, retention_ours, retention_theirs),
    Question(
        "durations",
        "durations",
        durations_sql,
        lambda data: [
            (data["count"], data["p50"], data["p90"], data["p99"], *(bar["count"] for bar in data["histogram"]))
        ],
        durations_theirs,
    ),
]

TRACE = Question("trace", "trace/", trace_sql, events_ours, rows_theirs)
USER = Question("user", "users/", user_sql, lambda data: events_ours(data["events"]), rows_theirs)
