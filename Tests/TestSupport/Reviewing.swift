package import Reports

extension Parsing {
    /// All that is wrong with a body.
    package static func review(
        _ body: [UInt8],
        plan: PlanTable = PlanTable(.contract),
        limit: Int = ReportReview.usualLimit
    ) -> ReportReview {
        // A body of its exact size in memory of its own: a read behind it is caught by the sanitizer.
        let exact = UnsafeMutableRawBufferPointer.allocate(byteCount: body.count, alignment: 1)
        defer { exact.deallocate() }
        exact.copyBytes(from: body)
        return ReportParser().review(UnsafeRawBufferPointer(exact), plan: plan, nowSeconds: now, limit: limit)
    }

    package static func findings(_ body: String, plan: PlanTable = PlanTable(.contract)) -> [String] {
        review(Array(body.utf8), plan: plan).findings.map(\.detail)
    }

    /// What a review of the body gets wrong, next to the parser; nil where nothing.
    package static func faultOfReview(_ body: [UInt8], plan: PlanTable = PlanTable(.contract)) -> String? {
        let review = review(body, plan: plan, limit: .max)
        let details = review.findings.map(\.detail)
        guard review.count == details.count else { return "counts \(review.count), finds \(details)" }
        guard Set(details).count == details.count else { return "finds one thing twice: \(details)" }
        let first = detail(body, plan: plan)
        guard let first else { return details.isEmpty ? nil : "the parser accepts, the review finds \(details)" }
        guard details.contains(first) else { return "the parser says \(first), the review \(details)" }
        for case .body(let byte) in review.findings.map(\.location) where byte < 0 || byte > body.count {
            return "a place outside the body: \(details)"
        }
        let some = Parsing.review(body, plan: plan, limit: 2)
        guard some.count == review.count, some.findings == Array(review.findings.prefix(2)) else {
            return "with a limit: \(some.findings.map(\.detail)) of \(details)"
        }
        return nil
    }
}
