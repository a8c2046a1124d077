import Reports
import TestSupport
import Testing

/// Every mistake of a report at once: what the review finds, beside the parser that stops at the first.
@Suite("A review of a report")
struct ReportReviewTests {
    // MARK: - Beside the parser

    @Test(
        "finds nothing exactly where the parser accepts, and the parser's error among others",
        arguments: [21, 22, 23, 24, 25, 26] as [UInt64]
    )
    func besideTheParser(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let contract = PlanTable(.contract)
        var plan = contract
        for number in 0..<10_000 {
            if number % 50 == 0 { plan = PlanTable(RandomPlan.make(&random)) }
            let body = ReferenceTests.mutated(&random)
            for plan in [contract, plan] {
                guard let fault = Parsing.faultOfReview(body, plan: plan) else { continue }
                Issue.record("seed \(seed): \(fault): \(String(decoding: body, as: UTF8.self).debugDescription)")
                return
            }
        }
    }

    @Test("finds every mistake that was put in, in its place, and no other", arguments: [1, 2, 3, 4] as [UInt64])
    func planted(seed: UInt64) {
        var several = 0
        for number in 0..<5_000 {
            let planted = PlantedReport(seed: seed << 32 + UInt64(number))
            let found = Parsing.findings(planted.text)
            if found != planted.mistakes {
                Issue.record("seed \(seed), \(number): \(planted.text)\nput in \(planted.mistakes)\nfound \(found)")
                return
            }
            if let fault = Parsing.faultOfReview(Array(planted.text.utf8)) {
                Issue.record("seed \(seed), \(number): \(fault): \(planted.text)")
                return
            }
            if found.count > 2 { several += 1 }
        }
        #expect(several > 1_000)
    }

    @Test("agrees with the parser about every piece of a report with mistakes, cut anywhere or one byte changed")
    func pieces() {
        let body = Array(
            #"{"x":[1.5e-3,{"y":"\u00e9é","y":2}],"head":{"uid":"","openid":1e3,"device_type":9},"items":[3,{"event_time":1,"channel":"1","operate_id":11000,"page_id":-1,"page_id":5,"trace_id":"\ud83d\ude00","duration":[{}]}]}"#
                .utf8
        )
        #expect(Parsing.review(body).count == 10)
        for count in 0...body.count {
            #expect(Parsing.faultOfReview(Array(body[..<count])) == nil)
        }
        for index in body.indices {
            for byte in Array("{}[]\",:0e.\\ nt\u{1}".utf8) + [0xFF] {
                var changed = body
                changed[index] = byte
                if let fault = Parsing.faultOfReview(changed) {
                    Issue.record("\(fault): \(String(decoding: changed, as: UTF8.self).debugDescription)")
                    return
                }
            }
        }
    }

    // MARK: - Rule by rule

    private static let head = #""head":{"uid":"u","openid":"o"}"#

    @Test(
        "finds",
        arguments: [
            ("", ["body: expected a JSON object, found nothing"]),
            (" \n", ["body: expected a JSON object, found nothing"]),
            ("[1,2", ["body: expected an object, found an array"]),
            ("{}", ["head: required, but missing", "items: required, but missing"]),
            (#"{"head":null,"items":null}"#, ["head: required, but missing", "items: required, but missing"]),
            (
                #"{"head":{},"items":[]}"#,
                ["items: must not be empty", "head.uid: required, but missing", "head.openid: required, but missing"]
            ),
            // What a wrong head lacks is not told.
            (
                #"{"head":"x","items":{"page_id":"1","pos_id":"1"}}"#,
                [
                    "head: expected an object, found a string", "items.page_id: expected an integer, found a string",
                    "items.pos_id: expected an integer, found a string",
                ]
            ),
            (
                "{\(head),\"items\":[{},null,{\"channel\":9},[],{\"channel\":1.5}]}",
                [
                    "items[1]: expected an object, found null", "items[2].channel: not a value of the tracking plan",
                    "items[3]: expected an object, found an array",
                    "items[4].channel: expected an integer, found a number with a fraction or exponent",
                ]
            ),
            // A key that stands twice does not hide what is wrong with the first, nor is the second looked at.
            (
                "{\(head),\"items\":{\"page_id\":-1,\"page_id\":\"x\"},\"items\":3}",
                [
                    "items.page_id: out of range, expected 0 to 4294967295",
                    "body: the same key twice in one object at byte 56",
                    "body: the same key twice in one object at byte 71",
                ]
            ),
            // Within a field nobody knows, once.
            (
                "{\(head),\"x\":{\"a\":1,\"a\":2,\"a\":3,\"b\":[{\"c\":1,\"c\":2}]},\"items\":[{\"duration\":-1}]}",
                [
                    "body: the same key twice in one object at byte 45",
                    "items[0].duration: out of range, expected 0 to 9223372036854775807",
                ]
            ),
            // Broken JSON: what stands before it, and where it is.
            (
                "{\"items\":[{\"page_id\":\"1\",\"pos_id\":\"2\"},{\"prev_id\":01}],\"head\":{}}",
                [
                    "items[0].page_id: expected an integer, found a string",
                    "items[0].pos_id: expected an integer, found a string",
                    "body: not JSON: malformed number at byte 51",
                ]
            ),
            (
                "{\(head),\"items\":[{\"page_id\":\"\\x\"}]}",
                [
                    "items[0].page_id: expected an integer, found a string",
                    "body: invalid escape in a string at byte 55",
                ]
            ),
            (
                "{\(head),\"items\":[{\"channel\":7}]} {",
                [
                    "items[0].channel: not a value of the tracking plan",
                    "body: unexpected bytes after the JSON object at byte 58",
                ]
            ),
        ]
    )
    func finds(body: String, expected: [String]) {
        #expect(Parsing.findings(body) == expected)
        #expect(Parsing.detail(body).map(expected.contains) == true)
    }

    @Test("finds every rule of the plan that an item breaks, and does not call a wrong field missing")
    func planRules() {
        var plan = TrackingPlan.contract
        plan.operations[12000] = TrackingPlan.Operation(
            name: TrackingPlan.Name(chinese: "点击", english: "Click"),
            kind: .action,
            channels: [2],
            required: [.posID, .pageID, .traceID, .deviceType, .businessType],
            ranges: [
                TrackingPlan.FieldRange(field: .duration, minimum: 1, maximum: 86_400),
                TrackingPlan.FieldRange(field: .pageID, minimum: 10, maximum: 20),
            ]
        )
        let table = PlanTable(plan)
        let items = """
            [{"operate_id":12000,"channel":1,"page_id":9,"duration":0},{"operate_id":10000,"channel":1},
             {"operate_id":12000,"channel":7,"page_id":"x","pos_id":null,"trace_id":"t"}]
            """
        #expect(
            Parsing.findings(#"{"head":{"uid":"u","device_type":7},"items":\#(items)}"#, plan: table) == [
                "head.device_type: not a value of the tracking plan",
                "items[0].channel: not a channel of operate_id 12000 in the tracking plan",
                "items[0].pos_id: required for operate_id 12000 by the tracking plan, but missing",
                "items[0].trace_id: required for operate_id 12000 by the tracking plan, but missing",
                "items[0].duration: outside the tracking plan's range, expected 1 to 86400",
                "items[0].page_id: outside the tracking plan's range, expected 10 to 20",
                "items[2].channel: not a value of the tracking plan",
                "items[2].page_id: expected an integer, found a string",
                "items[2].pos_id: required for operate_id 12000 by the tracking plan, but missing",
                "head.openid: required, but missing",
                "head.business_type: required for operate_id 12000 by the tracking plan, but missing",
            ]
        )
    }

    // MARK: - Limits

    @Test("keeps the first hundred findings and counts all of them")
    func limit() {
        let item = #"{"page_id":"1","channel":3}"#
        let items = Array(repeating: item, count: 1_000).joined(separator: ",")
        let review = Parsing.review(Array("{\(Self.head),\"items\":[\(items)]}".utf8))
        #expect(review.count == 2_000)
        #expect(review.findings.count == 100)
        #expect(review.findings.last?.detail == "items[49].channel: not a value of the tracking plan")
    }

    @Test("says once that there are too many items, and looks into a thousand of them")
    func tooManyItems() {
        let items = Array(repeating: #"{"channel":3}"#, count: 5_000).joined(separator: ",")
        let review = Parsing.review(Array("{\"items\":[\(items)],\"head\":{\"uid\":1}}".utf8), limit: .max)
        #expect(review.count == 1_002)
        #expect(review.findings[1_000].detail == "items: more than 1000 items")
        #expect(review.findings[1_001].detail == "head.openid: required, but missing")
    }

    /// Each took 5 to 60 ms: what grew with the square of the body would take minutes.
    @Test(
        "takes no longer for a megabyte that means harm than a body of that size must",
        arguments: [
            ("{\"items\":[", "{},", ""), ("{\"items\":[", "0,", "0]}"), ("{\"items\":{", "\"\":0,", "\"\":1}}"),
            ("{\"items\":{", "\"page_id\":\"\",", ""), ("{\"x\":[", "{\"a\":0,\"a\":1},", "1]}"),
            ("{\"x\":", "[", ""), ("{\"head\":{\"uid\":\"", "\\u0000", "\"}}"), ("{\"head\":{\"uid\":", "1", "}}"),
            ("{\"items\":{\"page_id\":[", "[[[[[[[[[[]]]]]]]]]],", "1]}}"),
        ]
    )
    func hostile(start: String, repeated: String, end: String) {
        let count = (1 << 20) / repeated.utf8.count
        let body = Array((start + String(repeating: repeated, count: count) + end).utf8)
        let took = ContinuousClock().measure { #expect(Parsing.review(body).count > 0) }
        #expect(took < .seconds(5))
    }
}
