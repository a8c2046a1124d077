import EventStore
import Insights
import Testing

@Suite("A wrong parameter is refused with what was expected and what was found")
struct ParameterTests {
    @Test(arguments: [
        ("overview", "from=yesterday", #"from: expected a date (2024-03-13) or Unix seconds, found "yesterday""#),
        ("overview", "from=2024-02-30", #"from: expected a date (2024-03-13) or Unix seconds, found "2024-02-30""#),
        ("overview", "from=2024-3-1", #"from: expected a date (2024-03-13) or Unix seconds, found "2024-3-1""#),
        ("overview", "to=-5", #"to: expected a date (2024-03-13) or Unix seconds, found "-5""#),
        ("overview", "to=1e9", #"to: expected a date (2024-03-13) or Unix seconds, found "1e9""#),
        ("overview", "to=１２３", #"to: expected a date (2024-03-13) or Unix seconds, found "１２３""#),
        ("overview", "to=1710259200000", #"to: expected a date (2024-03-13) or Unix seconds, found "1710259200000""#),
        ("overview", "to=", #"to: expected a date (2024-03-13) or Unix seconds, found """#),
        ("overview", "from=1969-12-31", #"from: expected a date (2024-03-13) or Unix seconds, found "1969-12-31""#),
        ("overview", "to=2107-01-01", #"to: expected a date (2024-03-13) or Unix seconds, found "2107-01-01""#),
        (
            "overview", "from=2024-03-14&to=2024-03-13",
            #"from: expected a time before the end (to=2024-03-13), found "2024-03-14""#
        ),
        ("overview", "from=100&to=100", #"from: expected a time before the end (to=100), found "100""#),
        ("overview", "from=2030-01-01", #"from: expected a time before the end (today), found "2030-01-01""#),
        ("overview", "tz=Mars/Olympus", #"tz: expected a time zone (Asia/Shanghai), found "Mars/Olympus""#),
        ("overview", "tz=CST", #"tz: expected a time zone (Asia/Shanghai), found "CST""#),
        ("overview", "tz=GMT+8", #"tz: expected a time zone (Asia/Shanghai), found "GMT+8""#),
        ("overview", "tz=../etc/passwd", #"tz: expected a time zone (Asia/Shanghai), found "../etc/passwd""#),
        ("overview", "tz=asia/shanghai", #"tz: expected a time zone (Asia/Shanghai), found "asia/shanghai""#),
        ("overview", "channel=one", #"channel: expected an integer 0 … 4294967295 or absent, found "one""#),
        (
            "overview", "channel=4294967296",
            #"channel: expected an integer 0 … 4294967295 or absent, found "4294967296""#
        ),
        ("overview", "page_id=1&page_id=", #"page_id: expected an integer 0 … 4294967295 or absent, found """#),
        ("overview", "uid=", #"uid: expected 1 to 128 bytes, found """#),
        ("overview", "tz=UTC&tz=UTC", "tz: expected once, found 2 times"),
        (
            "overview", "limit=5",
            #""limit": unknown parameter; overview knows "#
                + "from, to, tz, business_type, device_type, channel, operate_id, page_id, pos_id, uid"
        ),
        (
            "trend", "metric=pv,clicks",
            #"metric: expected some of pv, uv, events, sessions, avg_duration, bounce_rate, new_users, with commas, found "clicks""#
        ),
        (
            "trend", "metric=",
            #"metric: expected some of pv, uv, events, sessions, avg_duration, bounce_rate, new_users, with commas, found """#
        ),
        ("trend", "interval=year", #"interval: expected one of minute, hour, day, week, month, found "year""#),
        (
            "trend", "interval=minute&from=2024-03-01&to=2024-03-13",
            "interval: expected at most 10000 points, found 18720 of a minute; choose a wider interval or a shorter period"
        ),
        ("pages", "limit=0", #"limit: expected an integer 1 … 1000, found "0""#),
        ("pages", "limit=1001", #"limit: expected an integer 1 … 1000, found "1001""#),
        ("pages", "limit=+5", #"limit: expected an integer 1 … 1000, found "+5""#),
        (
            "pages", "order=pv desc",
            #"order: expected one of pv, uv, avg_duration, entries, exits, page_id, found "pv desc""#
        ),
        ("breakdown", "", "by: missing"),
        ("breakdown", "by=uid", #"by: expected one of channel, device_type, business_type, operate_id, found "uid""#),
        ("funnel", "", "steps: missing"),
        ("funnel", "steps=page:1", #"steps: expected 2 to 10 steps, with commas, found "page:1""#),
        ("funnel", "steps=page:1,page", #"steps: expected steps as page:5, pos:2 or operate:11000, found "page""#),
        ("funnel", "steps=page:1,site:2", #"steps: expected steps as page:5, pos:2 or operate:11000, found "site:2""#),
        ("funnel", "steps=page:1,page:2&window=0", #"window: expected an integer 1 … 2592000, found "0""#),
        ("retention", "periods=91", #"periods: expected an integer 1 … 90, found "91""#),
        ("retention", "from=2020-01-01&to=2024-01-01", "interval: expected at most 400 cohorts, found 1462 of a day"),
        ("paths", "depth=1", #"depth: expected an integer 2 … 10, found "1""#),
        ("users", "before=yesterday", #"before: expected the next of an earlier answer, found "yesterday""#),
        ("users", "before=1.2", #"before: expected the next of an earlier answer, found "1.2""#),
        ("trace", "tz=Nowhere/Land", #"tz: expected a time zone (Asia/Shanghai), found "Nowhere/Land""#),
        (
            "trace", "from=2024-03-14&to=2024-03-13",
            #"from: expected a time before the end (to=2024-03-13), found "2024-03-14""#
        ),
    ])
    func refused(question: String, query: String, detail: String) async throws {
        let path = ["users", "trace"].contains(question) ? [question, "x"] : [question]
        await #expect(throws: QuestionError.badParameter(detail: detail)) {
            try await ask(path, parameters(query))
        }
    }

    @Test("what was found is told on one line, quoted, and not at any length")
    func quoting() async throws {
        let long = "a\nb\"c" + String(repeating: "x", count: 500)
        let error = try #require(
            await #expect(throws: QuestionError.self) { try await ask(["overview"], [("from", long)]) }
        )
        let detail = "\(error)"
        #expect(detail.hasSuffix(#"found "a\nb\"c"# + String(repeating: "x", count: 55) + "\"…"))
    }

    @Test("more than 200 values of a filter are refused")
    func manyValues() async throws {
        let values = (0...200).map { (name: "page_id", value: String($0)) }
        await #expect(throws: QuestionError.badParameter(detail: "page_id: expected at most 200 values, found 201")) {
            try await ask(["overview"], values)
        }
    }

    @Test("an id is 1 to 128 bytes", arguments: ["", String(repeating: "é", count: 65)])
    func ids(id: String) async throws {
        let found = id.isEmpty ? #""""# : "\"" + String(repeating: "é", count: 60) + "\"…"
        await #expect(throws: QuestionError.badParameter(detail: "uid: expected 1 to 128 bytes, found \(found)")) {
            try await ask(["users", id], [])
        }
    }

    @Test(
        "what is no question is unknown",
        arguments: [[], [""], ["no"], ["overview", "x"], ["trace"], ["users", "a", "b"]]
    )
    func unknown(path: [String]) async throws {
        await #expect(throws: QuestionError.unknownQuestion) { try await ask(path, []) }
    }

    private func ask(_ path: [String], _ parameters: [(name: String, value: String)]) async throws {
        let insights = Insights(store: UnaskedStore(), plan: { Dataset.plan })
        _ = try await insights.answer(path, parameters: parameters, nowSeconds: 1_710_259_200, language: .english)
    }
}

/// A store that fails the test when it is asked: a wrong question must not reach it.
private struct UnaskedStore: EventStore {
    func prepare() async throws(StoreError) {}
    func insert(_ batch: EventBatch, token: String) async throws(StoreError) {}
    func insert(_ rows: TableRows, token: String) async throws(StoreError) {}
    func execute(_ sql: SQL) async throws(StoreError) {}
    func shutdown() async {}

    func query(_ sql: SQL, limits: QueryLimits) async throws(StoreError) -> ResultSet {
        Issue.record("the store was asked: \(sql.text)")
        throw .unavailable("asked")
    }
}
