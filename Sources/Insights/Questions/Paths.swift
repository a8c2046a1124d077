import EventStore

/// The most frequent sequences of pages within sessions.
///
/// A session's path is its page views that carry a page, in order, with the same page several times in a row taken
/// once; from its begin, or from the first view of `start`; at most `depth` pages of it, fewer where the session ended.
enum Paths: Question {
    static let entry = CatalogueEntry(
        "paths",
        .init("The most frequent sequences of pages within sessions", "会话内最常见的页面访问路径"),
        parameters: [
            .init("depth", .integer(2...10), standard: "5", .init("At most so many pages of a path", "路径最多包含的页面数")),
            .init(
                "start", .integer(0...4_294_967_295),
                .init("Paths from the first view of this page; default: from the session's begin", "路径的起始页面；默认从会话开始")
            ),
            .limit(20),
        ] + CatalogueEntry.Parameter.scope
    )

    static func answer(_ asked: Asked) async throws(QuestionError) -> JSONValue {
        let sql = statement(
            try asked.scope(),
            depth: asked.arguments.integer("depth"),
            start: asked.arguments["start"] == nil ? nil : asked.arguments.integer("start"),
            limit: asked.arguments.integer("limit")
        )
        let names = asked.names
        return .array(
            try await asked.rows(sql) { row throws(QuestionError) in
                let pages = try row.integers()
                return [
                    "pages": .array(pages.map(JSONValue.int)),
                    "names": .array(pages.map { .string(names.name(of: $0, as: .pageID)) }),
                    "count": .int(try row.integer()),
                    "users": .int(try row.integer()),
                ]
            }
        )
    }

    /// Each page view is laid beside the `depth - 1` after it, as shifted arrays, and the views where a path begins are
    /// kept: linear in the user's events, where slicing sessions out of an array would copy it for each.
    private static func statement(_ scope: Scope, depth: Int, start: Int?, limit: Int) -> SQL {
        let shifts = (1..<depth).map { place -> SQL in
            """
            arrayMap((page, number, own) -> if(number = own, page, toInt64(-1)), \
            arrayResize(arraySlice(pages, \(place + 1)), length(pages), toInt64(-1)), \
            arrayResize(arraySlice(sessions, \(place + 1)), length(pages), toInt64(-1)), sessions)
            """
        }
        let places = (1...depth).map { place -> SQL in "place_\(place)" }
        let arrays = SQL.joined(["pages"] + shifts, separator: ", ")
        let begins: SQL = start.map { "pages_begin = \($0)" } ?? "1"
        return """
            SELECT path, count() AS times, uniqExact(uid) AS users FROM (SELECT uid, \(VisitOrder.columns(scope)), \
            arrayFilter((visit, number) -> visit.1 >= 0, visits, visit_sessions) AS seen, \
            arrayFilter((number, visit) -> visit.1 >= 0, visit_sessions, visits) AS seen_sessions, \
            arrayMap(visit -> visit.1, seen) AS seen_pages, \
            arrayMap((page, before, number, number_before) -> page != before OR number != number_before, \
            seen_pages, arrayPopBack(arrayPushFront(seen_pages, toInt64(-1))), \
            seen_sessions, arrayPopBack(arrayPushFront(seen_sessions, toInt64(-1)))) AS news, \
            arrayFilter((page, new) -> new, seen_pages, news) AS pages, \
            arrayFilter((number, new) -> new, seen_sessions, news) AS sessions, \
            arrayMap((\(.joined(places, separator: ", "))) -> arrayFilter(page -> page >= 0, \
            [\(.joined(places, separator: ", "))]), \(arrays)) AS following, \
            arrayFilter((way, pages_begin) -> \(begins), following, pages) AS ways, \
            arrayFilter((number, pages_begin) -> \(begins), sessions, pages) AS way_sessions, \
            arrayFilter((way, number, before) -> number != before, ways, way_sessions, \
            arrayPopBack(arrayPushFront(way_sessions, toInt64(-1)))) AS paths \
            FROM events WHERE \(scope.condition) GROUP BY uid) ARRAY JOIN paths AS path \
            GROUP BY path ORDER BY times DESC, path LIMIT \(limit)
            """
    }
}
