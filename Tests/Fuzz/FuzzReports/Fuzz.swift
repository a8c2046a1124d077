import Reports
import TestSupport

private let plans: [TrackingPlan] = [.contract, RandomPlan.strict]
private let tables = plans.map(PlanTable.init)

/// One input of libFuzzer: a body that the parser, the reference and the review must agree about, under each plan. What
/// the parser accepts is read back from the journal's bytes, so that a wrong encoding ends the run too.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let body = Array(UnsafeBufferPointer(start: start, count: count))
    for (plan, table) in zip(plans, tables) {
        let found = Parsing.detail(body, plan: table)
        let expected = ReferenceReport.accepts(body, plan: plan)
        if (found == nil) != expected {
            fatalError("the reference \(expected ? "accepts" : "refuses"), the parser says \(found ?? "accepted")")
        }
        if let fault = Parsing.faultOfReview(body, plan: table) { fatalError(fault) }
    }
    // The same bytes as if the journal had given them: whatever they are, reading them is an answer or an error.
    body.withUnsafeBytes { bytes in
        if let report = try? StoredReport(bytes) { try? report.forEachItem { _, _ in } }
    }
    return 0
}
