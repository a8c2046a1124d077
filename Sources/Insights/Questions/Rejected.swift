import EventStore

/// Reports that were refused, newest first.
enum Rejected: Question {
    static let entry = CatalogueEntry(
        "rejected",
        .init("Refused reports: when, which app, why, and what it sent", "被拒绝的上报：时间、应用、原因与内容"),
        parameters: CatalogueEntry.Parameter.optionalPeriod + Quarantined.parameters + [
            CatalogueEntry.Parameter.limit(100)
        ]
    )

    static func answer(_ asked: Asked) async throws(QuestionError) -> JSONValue {
        let limit = asked.arguments.integer("limit")
        let columns: [SQL] = ["arrival", "app", "code", "detail", "body", "body_bytes", "replayed"]
        let sql: SQL = """
            SELECT \(.joined(columns, separator: ", ")) FROM \(perShard: """
                SELECT arrival, app, code, detail, body, body_bytes, \(Quarantined.isReplayed) AS replayed \
                FROM \(Schema.quarantine) WHERE \(try Quarantined.condition(asked)) \
                ORDER BY arrival DESC LIMIT 1 BY arrival LIMIT \(limit)
                """, columns: columns) ORDER BY arrival DESC LIMIT \(limit)
            """
        let reports = try await asked.rows(sql) { row throws(QuestionError) -> JSONValue in
            let arrival = try row.integer()
            return [
                "id": .string(String(arrival)),
                "time": .int(arrival / 1_000_000),
                "app": .string(try row.string()),
                "reason": .string(try row.string()),
                "detail": .string(try row.string()),
                "body": .string(try row.string()),
                "body_bytes": .int(try row.integer()),
                "replayed": .bool(try row.integer() != 0),
            ]
        }
        return .array(reports)
    }
}

/// Refused reports by reason and place, the most frequent first, with a sample of each and its course over the days.
enum RejectedReasons: Question {
    static let entry = CatalogueEntry(
        "rejected_reasons",
        .init(
            "Why reports were refused: each reason with its count, a sample, and its course by day",
            "拒绝原因统计：每种原因的次数、样例与按日走势"
        ),
        parameters: CatalogueEntry.Parameter.optionalPeriod + Quarantined.parameters + [
            CatalogueEntry.Parameter.limit(100)
        ]
    )

    /// Where in the report: `items[3].page_id` and `items[7].page_id` are one place.
    private static let place: SQL = """
        replaceRegexpAll(arrayElement(splitByString(': ', detail), 1), '\\\\[[0-9]+\\\\]', '[]')
        """

    static func answer(_ asked: Asked) async throws(QuestionError) -> JSONValue {
        let condition = try Quarantined.condition(asked)
        // Days are sums of our own: the engine need not know the zone.
        let day = Interval.day.key(of: "toInt64(intDiv(arrival, 1000000))", in: try Quarantined.everPeriod(asked))
        let once: SQL = """
            (SELECT arrival, code, detail, substring(body, 1, 2000) AS body FROM \(Schema.quarantine) \
            WHERE \(condition) LIMIT 1 BY arrival)
            """
        let days = try await asked.rows(
            """
            \(addingUp: """
                SELECT code, \(place) AS place, \(day) AS day, count() AS reports FROM \(once) GROUP BY code, place, day
                """, keys: ["code", "place", "day"], sums: ["reports"]) ORDER BY day
            """
        ) { row throws(QuestionError) in
            (key: [try row.string(), try row.string()], day: try row.integer(), count: try row.integer())
        }
        let byReason = Dictionary(grouping: days, by: \.key)
        let sql: SQL = """
            SELECT code, place, sum(reports) AS all_reports, sum(replayed), min(first), max(last), \
            argMax(newest_detail, last), argMax(newest_body, last) FROM \(perShard: """
                SELECT code, \(place) AS place, count() AS reports, sum(\(Quarantined.isReplayed)) AS replayed, \
                min(arrival) AS first, max(arrival) AS last, argMax(detail, arrival) AS newest_detail, \
                argMax(body, arrival) AS newest_body FROM \(once) GROUP BY code, place
                """, columns: ["code", "place", "reports", "replayed", "first", "last", "newest_detail", "newest_body"]) \
            GROUP BY code, place ORDER BY all_reports DESC, code, place LIMIT \(asked.arguments.integer("limit"))
            """
        let reasons = try await asked.rows(sql) { row throws(QuestionError) -> JSONValue in
            let (code, place) = (try row.string(), try row.string())
            let (count, replayed) = (try row.integer(), try row.integer())
            let (first, last) = (try row.integer(), try row.integer())
            let course = (byReason[[code, place]] ?? []).map { point -> JSONValue in
                ["time": .string(CivilDate(dayNumber: Int(point.day)).text), "count": .int(point.count)]
            }
            return [
                "reason": .string(code),
                "place": .string(place),
                "count": .int(count),
                "replayed": .int(replayed),
                "first": .int(first / 1_000_000),
                "last": .int(last / 1_000_000),
                "detail": .string(try row.string()),
                "sample": .string(try row.string()),
                "trend": .array(course),
            ]
        }
        return .array(reasons)
    }
}

/// What the questions about the quarantine share.
private enum Quarantined {
    static let parameters: [CatalogueEntry.Parameter] = [
        .init("reason", .text, .init("Only this reason, such as not_in_plan", "只看该原因，例如 not_in_plan")),
        .init("app", .text, .init("Only this app's reports", "只看该应用的上报")),
        .init(
            "state",
            .choice(["any", "waiting", "replayed"]),
            standard: "any",
            .init("Those that wait, those that were replayed, or all", "待重放、已重放或全部")
        ),
    ]

    /// The period that is asked about; without one, from before the first report there can be.
    static func everPeriod(_ asked: Asked) throws(QuestionError) -> Period {
        try Period(
            from: asked.arguments["from"] ?? "2015-01-01",
            to: asked.arguments["to"],
            zone: try Zone(asked.arguments["tz"] ?? "", at: "tz"),
            nowSeconds: asked.nowSeconds
        )
    }

    static let isReplayed: SQL = "arrival IN (SELECT arrival FROM \(Schema.replays))"

    static func condition(_ asked: Asked) throws(QuestionError) -> SQL {
        var conditions: [SQL] = [try asked.arrivalPeriod()]
        if let reason = asked.arguments["reason"] { conditions.append("code = \(reason)") }
        if let app = asked.arguments["app"] { conditions.append("app = \(app)") }
        switch asked.arguments["state"] {
        case "waiting": conditions.append("NOT (\(isReplayed))")
        case "replayed": conditions.append(isReplayed)
        default: conditions.append("1")
        }
        return .joined(conditions, separator: " AND ")
    }
}
