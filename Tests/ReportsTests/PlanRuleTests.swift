import Reports
import TestSupport
import Testing

@Suite("What a tracking plan asks of a report")
struct PlanRuleTests {
    /// 12000 has every kind of rule, 10000 none.
    private static let table = PlanTable(plan)
    private static let plan: TrackingPlan = {
        var plan = TrackingPlan.contract
        plan.version = 7
        plan.operations[12000] = TrackingPlan.Operation(
            name: TrackingPlan.Name(chinese: "点击", english: "Click"),
            kind: .action,
            channels: [2],
            required: [.posID, .pageID, .traceID, .businessType, .deviceType],
            ranges: [
                TrackingPlan.FieldRange(field: .duration, minimum: 1, maximum: 86_400),
                TrackingPlan.FieldRange(field: .pageID, minimum: 10, maximum: 20),
            ]
        )
        return plan
    }()

    private static let head = #""head":{"uid":"u","openid":"o","device_type":1,"business_type":1}"#

    private static func detail(_ items: String, head: String = head) -> String? {
        Parsing.detail(#"{"items":\#(items),\#(head)}"#, plan: table)
    }

    @Test(
        "is said with the place and the operation",
        arguments: [
            (
                #"[{},{"channel":1,"operate_id":12000}]"#,
                "items[1].channel: not a channel of operate_id 12000 in the tracking plan"
            ),
            (#"{"operate_id":12000}"#, "items.pos_id: required for operate_id 12000 by the tracking plan, but missing"),
            (
                #"[{"pos_id":1,"page_id":null,"operate_id":12000}]"#,
                "items[0].page_id: required for operate_id 12000 by the tracking plan, but missing"
            ),
            (
                #"[{"pos_id":1,"page_id":9,"duration":0,"operate_id":12000}]"#,
                "items[0].trace_id: required for operate_id 12000 by the tracking plan, but missing"
            ),
            (
                #"[{"pos_id":1,"page_id":9,"trace_id":"","duration":0,"operate_id":12000}]"#,
                "items[0].duration: outside the tracking plan's range, expected 1 to 86400"
            ),
            (
                #"[{"pos_id":1,"page_id":9,"trace_id":"","duration":86401,"operate_id":12000}]"#,
                "items[0].duration: outside the tracking plan's range, expected 1 to 86400"
            ),
            (
                #"[{"pos_id":1,"page_id":21,"trace_id":"","operate_id":12000}]"#,
                "items[0].page_id: outside the tracking plan's range, expected 10 to 20"
            ),
        ]
    )
    func refuses(items: String, detail: String) {
        #expect(Self.detail(items) == detail)
    }

    @Test("lets through what obeys it, both ends of a range, and every operation without rules")
    func accepts() throws {
        #expect(Self.detail(#"{"pos_id":0,"page_id":10,"trace_id":"t","duration":1,"operate_id":12000}"#) == nil)
        #expect(
            Self.detail(#"{"pos_id":0,"page_id":20,"trace_id":"t","duration":86400,"channel":2,"operate_id":12000}"#)
                == nil
        )
        #expect(Self.detail(#"[{"channel":1,"operate_id":10000},{"channel":1,"duration":0},{}]"#) == nil)
    }

    @Test("about the head is decided when the whole report was read, the first operation named")
    func head() {
        let click = #"{"pos_id":0,"page_id":10,"trace_id":"t","operate_id":12000}"#
        let bare = #""head":{"uid":"u","openid":"o"}"#
        #expect(
            Self.detail("[{},\(click)]", head: bare)
                == "head.device_type: required for operate_id 12000 by the tracking plan, but missing"
        )
        #expect(
            Self.detail("[\(click)]", head: #""head":{"uid":"u","openid":"o","device_type":2,"business_type":null}"#)
                == "head.business_type: required for operate_id 12000 by the tracking plan, but missing"
        )
        #expect(Self.detail("[\(click)]", head: #""head":{"openid":"o"}"#) == "head.uid: required, but missing")
        #expect(Self.detail(#"[{"operate_id":10000}]"#, head: bare) == nil)
    }

    @Test("has stable codes")
    func codes() {
        #expect(Rejection(.requiredByPlan(operation: 1), at: .report).code == "required_by_plan")
        #expect(Rejection(.channelNotInPlan(operation: 1), at: .report).code == "channel_not_in_plan")
        #expect(Rejection(.outsidePlan(minimum: 0, maximum: 1), at: .report).code == "outside_plan")
    }

    @Test("closed pages and positions let through what they list, prev_id as a page; open ones let all through")
    func closed() {
        var plan = TrackingPlan.contract
        plan.pages = [5: TrackingPlan.Name(chinese: "五", english: "Five")]
        plan.positions = [6: TrackingPlan.Name(chinese: "六", english: "Six")]
        let open = PlanTable(plan)
        plan.pagesOpen = false
        plan.positionsOpen = false
        let closed = PlanTable(plan)
        #expect(Parsing.detail(Parsing.item(#""page_id":5,"prev_id":5,"pos_id":6"#), plan: closed) == nil)
        #expect(Parsing.detail(Parsing.item(#""page_id":null"#), plan: closed) == nil)
        for field in ["page_id", "prev_id", "pos_id"] {
            let body = Parsing.item(#""\#(field)":7"#)
            #expect(Parsing.detail(body, plan: open) == nil)
            #expect(Parsing.detail(body, plan: closed) == "items[0].\(field): not a value of the tracking plan")
        }
    }

    @Test("each stored report names the version it was checked by")
    func version() throws {
        let body = Array(Parsing.item(#""page_id":1"#).utf8)
        var output = [UInt8](repeating: 0, count: encodedReportBound(bodyBytes: body.count))
        let version = try body.withUnsafeBytes { body in
            try output.withUnsafeMutableBytes { output in
                let encoded = try ReportParser().parse(
                    body,
                    plan: Self.table,
                    circumstances: .init(
                        app: UnsafeRawBufferPointer(start: nil, count: 0),
                        nowSeconds: Parsing.now,
                        arrivalMicroseconds: Parsing.arrival
                    ),
                    into: output
                )
                return try StoredReport(UnsafeRawBufferPointer(rebasing: output[..<encoded.sizeBytes])).planVersion
            }
        }
        #expect(version == 7)
    }
}
