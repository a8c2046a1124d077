/** Statements to begin with; `t` gives their names. */
export const sqlExamples = (t) => [
  {
    name: t("sql.example.days"),
    sql: `SELECT toDate(event_time, 'Asia/Shanghai') AS day, count() AS pv, uniqExact(uid) AS uv
FROM events
WHERE operate_id IN (10000, 11000) AND event_time >= now() - INTERVAL 7 DAY
GROUP BY day
ORDER BY day`,
  },
  {
    name: t("sql.example.active"),
    sql: `SELECT uid, count() AS events, toString(min(event_time), 'Asia/Shanghai') AS first, toString(max(event_time), 'Asia/Shanghai') AS last
FROM events
WHERE event_time >= now() - INTERVAL 7 DAY
GROUP BY uid
ORDER BY events DESC
LIMIT 20`,
  },
  {
    name: t("sql.example.hours"),
    sql: `SELECT toHour(event_time, 'Asia/Shanghai') AS hour, count() AS events
FROM events
WHERE event_time >= now() - INTERVAL 7 DAY
GROUP BY hour
ORDER BY hour`,
  },
  {
    name: t("sql.example.duration"),
    sql: `SELECT page_id, count() AS views, round(avg(duration), 1) AS mean, quantileExact(0.9)(duration) AS p90
FROM events
WHERE operate_id IN (10000, 11000) AND duration IS NOT NULL
GROUP BY page_id
ORDER BY views DESC
LIMIT 20`,
  },
  {
    name: t("sql.example.delay"),
    sql: `SELECT app, count() AS events, countIf(toInt64(arrival / 1000000) - toInt64(event_time) > 3600) AS late
FROM events
WHERE event_time_given = 1
GROUP BY app`,
  },
];
