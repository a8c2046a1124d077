import EventStore

/// The shared part of ``Pages`` and ``Positions``: a row for every place that an event of the period carries. Entries
/// and exits are the places of a session's first and last page view.
struct PlaceRanking {
    enum Kind { case page, position }

    private let kind: Kind

    init(by kind: Kind) {
        self.kind = kind
    }

    struct Place {
        let page: Int64?
        let position: Int64?
    }

    static let measures = ["pv", "uv", "avg_duration", "entries", "exits"]

    func answer(
        _ asked: Asked,
        _ identify: (Place) -> [JSONValue.Member]
    ) async throws(QuestionError) -> JSONValue {
        let sql = statement(
            try asked.scope(),
            order: Self.order(asked.arguments["order"]),
            limit: asked.arguments.integer("limit")
        )
        return .array(
            try await asked.rows(sql) { row throws(QuestionError) in
                let place = Place(page: Self.id(try row.integer()), position: Self.id(try row.integer()))
                let measures = try Measures(&row)
                return .object(
                    identify(place) + [
                        .init("pv", .int(measures.pv)),
                        .init("uv", .int(measures.uv)),
                        .init("avg_duration", JSONValue(measures.averageDuration)),
                        .init("entries", .int(try row.integer())),
                        .init("exits", .int(try row.integer())),
                        .init("events", .int(measures.events)),
                    ]
                )
            }
        )
    }

    private static func id(_ value: Int64) -> Int64? {
        value < 0 ? nil : value
    }

    /// Ties, and the absent place (−1) last, in one order for every engine.
    private static func order(_ name: String?) -> SQL {
        let ids: SQL = "page < 0, page, position < 0, position"
        switch name {
        case "uv": return "visitors DESC, \(ids)"
        case "avg_duration": return "if(timed = 0, -1, seconds / timed) DESC, \(ids)"
        case "entries": return "entries DESC, \(ids)"
        case "exits": return "exits DESC, \(ids)"
        case "page_id": return ids
        default: return "views DESC, \(ids)"
        }
    }

    /// Two lists under each other, summed by place: what happened at the places, and where sessions began and ended.
    private func statement(_ scope: Scope, order: SQL, limit: Int) -> SQL {
        """
        SELECT page, position, sum(events_here) AS events, sum(views_here) AS views, sum(visitors_here) AS visitors, \
        sum(seconds_here) AS seconds, sum(timed_here) AS timed, sum(entries_here) AS entries, sum(exits_here) AS exits \
        FROM \(perShard: "\(visits(scope)) UNION ALL \(edges(scope))", columns: Self.counted) \
        GROUP BY page, position ORDER BY \(order) LIMIT \(limit)
        """
    }

    /// The columns of both lists.
    private static let counted: [SQL] = [
        "page", "position", "events_here", "views_here", "visitors_here", "seconds_here", "timed_here", "entries_here",
        "exits_here",
    ]

    private func visits(_ scope: Scope) -> SQL {
        let position: SQL = kind == .page ? "toInt64(-1)" : "ifNull(toInt64(pos_id), toInt64(-1))"
        return """
            SELECT page, position, events AS events_here, views AS views_here, visitors AS visitors_here, \
            seconds AS seconds_here, timed AS timed_here, toUInt64(0) AS entries_here, toUInt64(0) AS exits_here \
            FROM (SELECT ifNull(toInt64(page_id), toInt64(-1)) AS page, \(position) AS position, \(scope.measures) \
            FROM \(Schema.events) WHERE \(scope.condition) GROUP BY page, position)
            """
    }

    private func edges(_ scope: Scope) -> SQL {
        let position: SQL = kind == .page ? "toInt64(-1)" : "edge.2"
        return """
            SELECT edge.1 AS page, \(position) AS position, toUInt64(0) AS events_here, toUInt64(0) AS views_here, \
            toUInt64(0) AS visitors_here, toFloat64(0) AS seconds_here, toUInt64(0) AS timed_here, \
            countIf(is_entry = 1) AS entries_here, countIf(is_entry = 0) AS exits_here FROM (\
            SELECT arrayConcat(first_places, last_places) AS places, \
            arrayConcat(arrayMap(place -> 1, first_places), arrayMap(place -> 0, last_places)) AS kinds FROM (\
            SELECT arrayFilter((place, here, before) -> here != before, visits, visit_sessions, \
            \(VisitOrder.before("visit_sessions"))) AS first_places, \
            arrayFilter((place, here, after) -> here != after, visits, visit_sessions, \
            \(VisitOrder.after("visit_sessions"))) AS last_places FROM (\(VisitOrder.statement(scope))))) \
            ARRAY JOIN places AS edge, kinds AS is_entry GROUP BY page, position
            """
    }
}
