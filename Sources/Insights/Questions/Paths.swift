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
                "start",
                .integer(0...4_294_967_295),
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
        let views: SQL = """
            SELECT person, arrayMap(visit -> visit.1, arrayFilter(visit -> visit.1 >= 0, visits)) AS seen, \
            arrayFilter((number, visit) -> visit.1 >= 0, visit_sessions, visits) AS seen_sessions \
            FROM (\(VisitOrder.statement(scope)))
            """
        // Not the page again that the session was on already.
        let moves: SQL = """
            SELECT person, arrayFilter((page, new) -> new, seen, news) AS pages, \
            arrayFilter((number, new) -> new, seen_sessions, news) AS sessions FROM (SELECT person, seen, seen_sessions, \
            arrayMap((page, before, number, number_before) -> page != before OR number != number_before, \
            seen, \(VisitOrder.before("seen")), seen_sessions, \(VisitOrder.before("seen_sessions"))) AS news \
            FROM (\(views)))
            """
        let beginning: SQL = start.map { "pages.1 = \($0)" } ?? "1"
        let counted: SQL = """
            SELECT path, count() AS times, uniqExact(person) AS users FROM (\
            SELECT person, arrayFilter((way, number, before) -> number != before, ways, way_sessions, \
            \(VisitOrder.before("way_sessions"))) AS paths FROM (\
            SELECT person, arrayFilter(pages -> \(beginning), following) AS ways, \
            arrayFilter((number, pages) -> \(beginning), sessions, following) AS way_sessions FROM (\
            SELECT person, sessions, \(following(depth: depth)) AS following FROM (\(moves))))) \
            ARRAY JOIN arrayMap(way -> arrayFilter(page -> page >= 0, [\(places(depth: depth))]), paths) AS path \
            GROUP BY path
            """
        return """
            \(addingUp: counted, keys: ["path"], sums: ["times", "users"]) ORDER BY times DESC, path LIMIT \(limit)
            """
    }

    /// For each view the tuple of its page and the next ones of its session; −1 after the session's end.
    private static func following(depth: Int) -> SQL {
        let names = (1...depth).map { place -> SQL in "page_\(place)" }
        let shifted = (1..<depth).map { place -> SQL in
            """
            arrayMap((page, number, own) -> if(number = own, page, toInt64(-1)), \
            arrayResize(arraySlice(pages, \(place + 1)), length(pages), toInt64(-1)), \
            arrayResize(arraySlice(sessions, \(place + 1)), length(pages), toInt64(-1)), sessions)
            """
        }
        let tuple = SQL.joined(names, separator: ", ")
        return "arrayMap((\(tuple)) -> (\(tuple)), pages, \(.joined(shifted, separator: ", ")))"
    }

    private static func places(depth: Int) -> SQL {
        .joined((1...depth).map { place -> SQL in "way.\(place)" }, separator: ", ")
    }
}
