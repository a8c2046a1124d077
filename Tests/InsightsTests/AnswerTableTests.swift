import Insights
import Testing

@Suite("An answer in a terminal and in a spreadsheet")
struct AnswerTableTests {
    @Test("columns are aligned, numbers to the right, Chinese two cells wide")
    func aligned() {
        let data: JSONValue = [
            ["name": "首页", "pv": 1_200, "avg": 3.14159], ["name": "Product", "pv": 7, "avg": nil],
        ]
        #expect(
            AnswerTable(data).text == """
                name       pv    avg
                ───────  ────  ─────
                首页     1200  3.142
                Product     7       

                """
        )
    }

    @Test("control characters and invisible ones are shown, never sent to the terminal")
    func control() {
        let text = AnswerTable([["uid": "a\u{1B}[2Jb\nc\u{202E}d"]]).text
        #expect(text.split(separator: "\n").last == #"a\u{1b}[2Jb\u{a}c\u{202e}d"#)
    }

    @Test("figures that compare stand side by side")
    func compared() {
        let table = AnswerTable(["pv": 2, "uv": 1, "previous": ["pv": 4, "uv": nil]])
        #expect(table.columns == ["figure", "value", "previous"])
        #expect(table.rows == [["pv", 2, 4], ["uv", 1, nil]])
    }

    @Test("a page of events is its events")
    func events() {
        let table = AnswerTable(["uid": "u", "events": [["uid": "u", "page_id": 1]], "next": nil])
        #expect(table.columns == ["uid", "page_id"] && table.rows == [["u", 1]])
    }

    @Test("a histogram is a row for each bar")
    func histogram() {
        let table = AnswerTable([
            "p50": 3, "histogram": [["from": 0, "to": 1, "count": 5], ["from": 1, "to": nil, "count": 6]],
        ])
        #expect(table.rows == [["p50", 3], ["histogram 0…1", 5], ["histogram 1…", 6]])
    }

    @Test(
        "a spreadsheet runs nothing that a client reported",
        arguments: [
            ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"),
            ("\r=1", "\"'\r=1\""), ("=\"a\",b", "\"'=\"\"a\"\",b\""), ("plain", "plain"), ("a,b", "\"a,b\""),
            ("a\r\nb", "\"a\r\nb\""), ("say \"hi\"", "\"say \"\"hi\"\"\""), ("", ""),
        ]
    )
    func formulas(value: String, cell: String) {
        #expect(AnswerTable(columns: ["uid"], rows: [[.string(value)]]).csv == "uid\r\n\(cell)\r\n")
    }

    @Test("numbers stay numbers, and nothing is an empty cell")
    func numbers() {
        let table = AnswerTable(columns: ["a", "b", "c", "d"], rows: [[-5, 0.25, nil, .uint(.max)]])
        #expect(table.csv == "a,b,c,d\r\n-5,0.25,,18446744073709551615\r\n")
    }

    @Test("an empty answer is empty, not an error")
    func empty() {
        #expect(AnswerTable([]).rows == [])
    }
}

@Suite("JSON")
struct JSONEncodingTests {
    @Test(
        arguments: [
            (.null, "null"), (true, "true"), (.int(.min), "-9223372036854775808"),
            (.uint(.max), "18446744073709551615"),
            (0.1, "0.1"), (.double(.nan), "null"), (.double(-.infinity), "null"),
            ("é\"\\\n\u{1}/", #""é\"\\\n\u0001/""#),
            (["b": 1, "a": [nil, "用户"]], #"{"b":1,"a":[null,"用户"]}"#), ([:], "{}"), ([], "[]"),
        ] as [(JSONValue, String)]
    )
    func encoded(value: JSONValue, json: String) {
        #expect(String(decoding: value.encoded(), as: UTF8.self) == json)
    }
}

@Suite("The catalogue")
struct CatalogueTests {
    @Test("lists each question once, with parameters named once")
    func unique() {
        #expect(
            Insights.catalogue.map(\.name) == [
                "overview", "trend", "pages", "positions", "breakdown", "flows", "paths", "funnel", "retention",
                "durations", "funnel_users", "retention_users", "trace", "users", "where", "rejected",
                "rejected_reasons", "completeness", "missing", "lateness", "skew", "drift", "bots",
            ]
        )
        for entry in Insights.catalogue {
            #expect(Set(entry.parameters.map(\.name)).count == entry.parameters.count, "\(entry.name)")
        }
    }

    @Test("is written in both languages")
    func languages() {
        for entry in Insights.catalogue {
            for wording in [entry.summary] + entry.parameters.map(\.meaning) {
                #expect(wording.english.allSatisfy { $0.isASCII } && !wording.english.isEmpty)
                #expect(wording.chinese.contains { !$0.isASCII })
            }
        }
    }

    @Test("is there as JSON, for documentation and OpenAPI")
    func json() {
        let trend = Insights.catalogueJSON[1]
        #expect(trend?["path"] == "trend")
        #expect(trend?["parameters"]?[1]?["allowed"] == ["minute", "hour", "day", "week", "month"])
        #expect(trend?["parameters"]?[1]?["default"] == "day")
        #expect(Insights.catalogueJSON.elements?.contains { $0["path"] == "users/{id}" } == true)
    }
}

extension OnTheEngine {
    @Suite("Standards")
    struct StandardTests {
        @Test("every question is answered with its required parameters alone, and with every standard written out")
        func standards() async throws {
            let dataset = try await Dataset.load([StoredEvent(time: 1_710_000_000, page: 1, duration: 5, trace: "t")])
            let required = ["by": "channel", "steps": "page:1,page:2", "cohort": "2024-03-10"]
            for entry in Insights.catalogue {
                let path = [entry.name] + (entry.subject == nil ? [] : ["t"])
                var bare = entry.parameters.filter(\.isRequired).map { (name: $0.name, value: required[$0.name] ?? "") }
                // One of two, which is more than "required" can say.
                if entry.name == "where" { bare.append((name: "uid", value: "u1")) }
                let full =
                    bare
                    + entry.parameters.compactMap { parameter in
                        parameter.standard.map { (name: parameter.name, value: $0) }
                    }
                let answers = try await [bare, full].asyncMap {
                    try await dataset.insights.answer(
                        path,
                        parameters: $0,
                        nowSeconds: 1_710_000_000,
                        language: .english
                    )
                }
                #expect(answers[0] == answers[1], "\(entry.name)")
            }
        }
    }
}

extension Array {
    fileprivate func asyncMap<Mapped>(_ transform: (Element) async throws -> Mapped) async rethrows -> [Mapped] {
        var mapped: [Mapped] = []
        for element in self { mapped.append(try await transform(element)) }
        return mapped
    }
}
