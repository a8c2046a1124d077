/// Everything that is wrong with a body, for a developer who would rather mend a client once than once an error.
///
/// The parser stops at the first error; this goes on behind it. Both read values by the same functions, so a body has no
/// findings exactly where the parser accepts it, and the parser's error is among them. Where the bytes are no JSON any
/// more, nothing behind that place can be told: it is the last finding.
///
/// Time is linear in the body and memory in its keys, as for a body that is accepted. Findings are counted to the end,
/// but only the first ones are kept.
package struct ReportReview: Sendable, Equatable {
    /// In the order of the body; what is missing comes last. At most as many as were asked for.
    package fileprivate(set) var findings: [Rejection] = []
    /// All there are.
    package fileprivate(set) var count = 0

    /// How many are kept where nobody says otherwise.
    package static let usualLimit = 100

    fileprivate init() {}

    /// What a request is told that was refused before its body was read.
    package init(_ only: Rejection) {
        findings = [only]
        count = 1
    }
}

extension ReportParser {
    /// Finds every error of a body that ``parse(_:plan:circumstances:into:)`` refuses; none where it accepts it.
    package func review(
        _ body: UnsafeRawBufferPointer,
        plan: PlanTable,
        nowSeconds: Int64,
        limit: Int = ReportReview.usualLimit
    ) -> ReportReview {
        guard let base = body.bindMemory(to: UInt8.self).baseAddress, body.count > 0 else {
            return ReportReview(Rejection(.emptyBody, at: .report))
        }
        var pass = ReviewPass(
            values: ReportPass(
                cursor: JSONCursor(base, count: body.count),
                plan: plan,
                nowSeconds: nowSeconds,
                scratch: scratch,
                // A review writes nothing: this is only an address.
                start: UnsafeMutableRawPointer(scratch)
            ),
            limit: limit
        )
        do throws(Rejection) {
            try pass.report()
        } catch {
            pass.note(error)
        }
        return pass.review
    }
}

/// The state of one review: walks the same objects as ``ReportPass`` and borrows its rules for values.
private struct ReviewPass {
    private var values: ReportPass
    private let limit: Int
    private(set) var review = ReportReview()

    init(values: ReportPass, limit: Int) {
        self.values = values
        self.limit = limit
    }

    /// What a value turned out to be.
    private enum Given {
        case absent, wrong, good
    }

    private typealias GivenFields = Set<Rejection.Field>

    mutating func note(_ finding: Rejection) {
        review.count += 1
        if review.findings.count < limit { review.findings.append(finding) }
    }

    // MARK: - The objects

    /// Throws where the bytes are no JSON, or no object: there is nothing behind that to look at.
    mutating func report() throws(Rejection) {
        guard let first = values.cursor.peek() else { throw Rejection(.emptyBody, at: .report) }
        guard first == UInt8(ascii: "{") else { throw try values.wrongType(.object, at: .report) }
        var hasHead = Given.absent
        var hasItems = Given.absent
        var given: GivenFields = []
        try object(depth: 1) { (pass, key) throws(Rejection) in
            if key.elementsEqual("head".utf8) {
                hasHead = try pass.head(&given)
            } else if key.elementsEqual("items".utf8) {
                hasItems = try pass.items()
            } else {
                try pass.skip(depth: 1)
            }
        }
        guard values.cursor.peek() == nil else { throw values.cursor.fault(.trailingBytes) }
        // Whoever has no head is not told what should be in it.
        if hasHead == .absent { note(Rejection(.missing, at: .head)) }
        for field in [Rejection.Field.uid, .openid] where hasHead == .good && !given.contains(field) {
            note(Rejection(.missing, at: .headField(field)))
        }
        if hasItems == .absent { note(Rejection(.missing, at: .items)) }
        guard hasHead == .good else { return }
        for (field, operation) in [
            (Rejection.Field.deviceType, values.deviceTypeRequiredBy),
            (.businessType, values.businessTypeRequiredBy),
        ] where !given.contains(field) {
            if let operation { note(Rejection(.requiredByPlan(operation: operation), at: .headField(field))) }
        }
    }

    private mutating func head(_ given: inout GivenFields) throws(Rejection) -> Given {
        if try values.cursor.takeNull() { return .absent }
        guard values.cursor.peek() == UInt8(ascii: "{") else { return try notObject(.object, at: .head, depth: 1) }
        try fields(Rejection.Field.ofHead, depth: 2, given: &given) { (values, field) throws(Rejection) in
            switch field {
            case .uid, .openid: try values.identifier(field, scratch: values.scratch) != nil
            case .deviceType: try values.enumerated(values.plan.deviceTypes, at: .headField(field)) != nil
            default: try values.enumerated(values.plan.businessTypes, at: .headField(field)) != nil
            }
        }
        return .good
    }

    private mutating func items() throws(Rejection) -> Given {
        switch values.cursor.peek() {
        case UInt8(ascii: "[")?:
            values.cursor.position += 1
            guard !values.cursor.take(UInt8(ascii: "]")) else {
                note(Rejection(.empty, at: .items))
                return .wrong
            }
            repeat { try element() } while values.cursor.take(UInt8(ascii: ","))
            try values.cursor.expect(UInt8(ascii: "]"))
            return .good
        case UInt8(ascii: "{")?:
            values.isSingleItem = true
            try item(depth: 2)
            return .good
        default:
            if try values.cursor.takeNull() { return .absent }
            return try notObject(.objectOrArray, at: .items, depth: 1)
        }
    }

    private mutating func element() throws(Rejection) {
        defer { values.itemCount += 1 }
        guard values.itemCount < ReportLimits.items else {
            if values.itemCount == ReportLimits.items {
                note(Rejection(.tooManyItems(limit: ReportLimits.items), at: .items))
            }
            return try skip(depth: 2)
        }
        guard values.cursor.peek() == UInt8(ascii: "{") else {
            _ = try notObject(.object, at: values.itemLocation, depth: 2)
            return
        }
        try item(depth: 3)
    }

    private mutating func item(depth: Int) throws(Rejection) {
        var item = ReportPass.Item()
        var given: GivenFields = []
        try fields(Rejection.Field.ofItem, depth: depth, given: &given) { (values, field) throws(Rejection) in
            guard try values.value(of: field, into: &item) else { return false }
            item.present |= ReportLayout.bit(field)
            return true
        }
        guard values.hasRules(item) else { return }
        var broken: [TrackingPlan.Operation.Violation] = []
        values.rulesBroken(by: item) { violation in
            broken.append(violation)
            return true
        }
        // A field that is there and wrong is not missing too.
        for violation in broken where item.has(violation.field) || !given.contains(violation.field) {
            note(Rejection(violation.reason, at: values.fieldLocation(violation.field)))
        }
    }

    // MARK: - Going on

    /// Takes an object of known fields by their rules, and passes over the others. `given` learns which have a value,
    /// be it a wrong one.
    private mutating func fields(
        _ known: [Rejection.Field],
        depth: Int,
        given: inout GivenFields,
        _ rule: (inout ReportPass, Rejection.Field) throws(Rejection) -> Bool
    ) throws(Rejection) {
        try object(depth: depth) { (pass, key) throws(Rejection) in
            guard let field = known.first(where: { $0.name.description.utf8.elementsEqual(key) }) else {
                return try pass.skip(depth: depth)
            }
            let outcome = try pass.value(depth: depth) { (values) throws(Rejection) in try rule(&values, field) }
            if outcome != .absent { given.insert(field) }
        }
    }

    /// Takes an object that begins here. A key that was there before is noted and its value passed over; `member` takes
    /// the values of all others.
    private mutating func object(
        depth: Int,
        _ member: (inout ReviewPass, [UInt8]) throws(Rejection) -> Void
    ) throws(Rejection) {
        values.cursor.position += 1
        if values.cursor.take(UInt8(ascii: "}")) { return }
        var seen: Set<[UInt8]> = []
        repeat {
            try values.cursor.expect(UInt8(ascii: "\""))
            let keyStart = values.cursor.position - values.cursor.base
            let key = try values.cursor.ownedString()
            let isNew = seen.insert(key).inserted
            if !isNew { note(Rejection(.duplicateKey, at: .body(byte: keyStart))) }
            try values.cursor.expect(UInt8(ascii: ":"))
            if isNew { try member(&self, key) } else { try skip(depth: depth) }
        } while values.cursor.take(UInt8(ascii: ","))
        try values.cursor.expect(UInt8(ascii: "}"))
    }

    /// Takes a value by the parser's rule, which says whether there is one; where the rule refuses it, notes why and
    /// passes over it.
    private mutating func value(
        depth: Int,
        _ rule: (inout ReportPass) throws(Rejection) -> Bool
    ) throws(Rejection) -> Given {
        let start = values.cursor.position
        do throws(Rejection) {
            return try rule(&values) ? .good : .absent
        } catch {
            // A byte of the body: the JSON is broken there.
            if case .body = error.location { throw error }
            note(error)
            values.cursor.position = start
            try skip(depth: depth)
            return .wrong
        }
    }

    private mutating func notObject(
        _ expected: Rejection.Expected,
        at location: Rejection.Location,
        depth: Int
    ) throws(Rejection) -> Given {
        try value(depth: depth) { (values) throws(Rejection) in throw try values.wrongType(expected, at: location) }
    }

    /// Passes over a value. The first key that stands twice in it is noted.
    private mutating func skip(depth: Int) throws(Rejection) {
        let start = values.cursor.position
        do throws(Rejection) {
            try values.cursor.skipValue(depth: depth)
        } catch {
            guard error.reason == .duplicateKey else { throw error }
            note(error)
            values.cursor.position = start
            try values.cursor.skipValue(depth: depth, allowsRepeats: true)
        }
    }
}

extension ReportPass.Item {
    fileprivate func has(_ field: Rejection.Field) -> Bool { present & ReportLayout.bit(field) != 0 }
}

extension Rejection.Field {
    fileprivate static let ofHead = allCases.filter { !$0.isOfItem }
    fileprivate static let ofItem = allCases.filter(\.isOfItem)
}
