package import Reports

/// What a plan would have refused of events that are stored: SQL that counts them, a day and a rule each.
package struct PlanImpact: Sendable {
    /// One rule of the plan.
    package struct Rule: Sendable, Equatable {
        /// `operate_id 12000: page_id is required`
        package var text: String
        /// True for an event that breaks it.
        let condition: String
    }

    /// Every rule of the plan, fields first, then operations by their ids.
    package let rules: [Rule]

    package init(_ plan: TrackingPlan) {
        var rules: [Rule] = []
        func listed(_ field: String, _ section: String, _ ids: some Collection<UInt32>) {
            rules.append(Rule(text: "\(field) is not among \(section)", condition: Self.isOutside(field, ids)))
        }
        listed("device_type", "device_types", plan.deviceTypes.keys)
        listed("business_type", "business_types", plan.businessTypes.keys)
        listed("channel", "channels", plan.channels.keys)
        listed("operate_id", "operate_ids", plan.operations.keys)
        if !plan.pagesOpen {
            listed("page_id", "pages", plan.pages.keys)
            listed("prev_id", "pages", plan.pages.keys)
        }
        if !plan.positionsOpen { listed("pos_id", "positions", plan.positions.keys) }
        for (id, operation) in plan.operations.sorted(by: { $0.key < $1.key }) {
            rules += Self.rules(of: operation, id: id)
        }
        self.rules = rules
    }

    private static func rules(of operation: TrackingPlan.Operation, id: UInt32) -> [Rule] {
        let isIt = "ifNull(operate_id = \(id), 0)"
        var rules: [Rule] = []
        if !operation.channels.isEmpty {
            let condition = "\(isIt) AND \(isOutside("channel", operation.channels))"
            rules.append(Rule(text: "operate_id \(id): another channel", condition: condition))
        }
        for field in operation.required {
            let isAbsent = field == .eventTime ? "event_time_given = 0" : "isNull(\(field.name))"
            rules.append(
                Rule(text: "operate_id \(id): \(field.name) is required", condition: "\(isIt) AND \(isAbsent)")
            )
        }
        for range in operation.ranges {
            // What arrived without a time was stored with the time of its arrival.
            let isGiven = range.field == .eventTime ? "event_time_given = 1 AND " : ""
            let value = range.field == .eventTime ? "toUnixTimestamp(event_time)" : "\(range.field.name)"
            let outside = "\(isGiven)ifNull(\(value) < \(range.minimum) OR \(value) > \(range.maximum), 0)"
            rules.append(
                Rule(
                    text: "operate_id \(id): \(range.field.name) outside \(range.minimum) to \(range.maximum)",
                    condition: "\(isIt) AND \(outside)"
                )
            )
        }
        return rules
    }

    /// True where the field has a value that is none of these.
    private static func isOutside(_ field: String, _ ids: some Collection<UInt32>) -> String {
        guard !ids.isEmpty else { return "isNotNull(\(field))" }
        return "ifNull(\(field) NOT IN (\(ids.sorted().map(String.init).joined(separator: ", "))), 0)"
    }

    /// A statement a hundred rules, so that none is too long for the engine: each row is a day (`2024-03-13`), the
    /// number of events that break one of these rules, and then a number for each of them, in the order of `rules`.
    ///
    /// - Parameters:
    ///   - zone: a time zone's name, checked by the caller.
    ///   - days: how many of them, today the last.
    package func statements(days: Int, zone: String) -> [(rules: ArraySlice<Rule>, sql: String)] {
        let zone = "'" + zone.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "/_+-".contains($0)) } + "'"
        return stride(from: 0, to: rules.count, by: 100).map { start in
            let part = rules[start..<min(start + 100, rules.count)]
            let names = part.indices.map { "r\($0)" }
            let conditions = zip(part, names).map { "(\($0.condition)) AS \($1)" }
            let sql = """
                SELECT toString(date) AS day, countIf(\(names.joined(separator: " OR "))), \
                \(names.map { "countIf(\($0))" }.joined(separator: ", ")) \
                FROM (SELECT toDate(event_time, \(zone)) AS date, \(conditions.joined(separator: ", ")) FROM events \
                WHERE event_time > now() - toIntervalDay(\(days + 1)) \
                AND date > toDate(now(), \(zone)) - \(days) AND date <= toDate(now(), \(zone))) \
                GROUP BY day ORDER BY day
                """
            return (part, sql)
        }
    }
}
