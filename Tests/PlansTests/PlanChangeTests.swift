import Plans
import Reports
import TestSupport
import Testing

@Suite("What is different between two plans")
struct PlanChangeTests {
    private func name(_ text: String) -> TrackingPlan.Name { TrackingPlan.Name(chinese: text, english: text) }

    @Test("is added, removed, renamed or changed, in the file's order")
    func changes() {
        let old = TrackingPlan.contract
        var new = old
        new.channels[2] = name("小程序 2")
        new.channels[3] = name("App")
        new.operations[11000] = nil
        new.operations[10000]?.required = [.pageID]
        new.operations[12000] = TrackingPlan.Operation(name: name("Click"), kind: .action)
        new.pagesOpen = false
        new.pages[1] = name("Home")
        let changes = PlanChange.between(old, new)
        #expect(
            changes.map { "\($0.kind.rawValue) \($0.section) \($0.id.map(String.init) ?? "-")" } == [
                "renamed channels 2", "added channels 3", "changed operate_ids 10000", "removed operate_ids 11000",
                "added operate_ids 12000", "changed pages -", "added pages 1",
            ]
        )
        #expect(changes[0].before == "小程序 / Mini-program" && changes[0].after == "小程序 2")
        #expect(changes[2].after == "kind: page_view, required: [page_id]")
        #expect(changes[5].before == "open: true" && changes[5].after == "open: false")
        #expect(PlanChange.between(new, new).isEmpty)
    }

    @Test("a plan is the same as itself and no other", arguments: [21, 22] as [UInt64])
    func random(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<300 {
            let (old, new) = (RandomPlan.make(&random), RandomPlan.make(&random))
            #expect(PlanChange.between(old, old).isEmpty)
            var sameVersion = new
            sameVersion.version = old.version
            #expect(PlanChange.between(old, new).isEmpty == (old == sameVersion))
        }
    }

    @Test("the rules by which a plan would have refused are all of its rules")
    func impact() {
        #expect(
            PlanImpact(RandomPlan.strict).rules.map(\.text) == [
                "device_type is not among device_types", "business_type is not among business_types",
                "channel is not among channels", "operate_id is not among operate_ids", "page_id is not among pages",
                "prev_id is not among pages", "pos_id is not among positions", "operate_id 10000: another channel",
                "operate_id 10000: page_id is required", "operate_id 10000: trace_id is required",
                "operate_id 10000: device_type is required", "operate_id 10000: duration outside 1 to 86400",
            ]
        )
        var plan = TrackingPlan.contract
        for id in 1...130 as ClosedRange<UInt32> {
            plan.operations[id] = TrackingPlan.Operation(name: name("a"), kind: .action, required: [.pageID])
        }
        let statements = PlanImpact(plan).statements(days: 7, zone: "Asia/Shanghai')")
        #expect(statements.map(\.rules.count) == [100, 34])
        #expect(statements.allSatisfy { $0.sql.contains("'Asia/Shanghai'") && !$0.sql.contains("')'") })
    }
}
