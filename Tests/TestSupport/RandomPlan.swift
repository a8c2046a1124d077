package import Reports

/// Tracking plans for comparisons: any rule of a plan, over the few ids that the compared reports use.
package enum RandomPlan {
    package static func make(_ random: inout SeededRandom) -> TrackingPlan {
        let ids: [UInt32] = [0, 1, 2, 7, 10000, 11000, 4_294_967_295]
        func names(_ random: inout SeededRandom) -> [UInt32: TrackingPlan.Name] {
            var names: [UInt32: TrackingPlan.Name] = [:]
            for id in ids where random.chance(2, of: 3) {
                names[id] = TrackingPlan.Name(chinese: "名\(random.below(9))", english: "Name \(random.below(9))")
            }
            return names
        }
        let channels = names(&random)
        var operations: [UInt32: TrackingPlan.Operation] = [:]
        for (id, name) in names(&random) {
            operations[id] = operation(name, channels: channels.keys.sorted(), &random)
        }
        var plan = TrackingPlan(
            version: UInt32(1 + random.below(9)),
            businessTypes: names(&random),
            deviceTypes: names(&random),
            channels: channels,
            operations: operations,
            pages: names(&random),
            positions: names(&random)
        )
        plan.pagesOpen = random.chance(1, of: 2)
        plan.positionsOpen = random.chance(1, of: 2)
        return plan
    }

    private static func operation(
        _ name: TrackingPlan.Name,
        channels: [UInt32],
        _ random: inout SeededRandom
    ) -> TrackingPlan.Operation {
        var operation = TrackingPlan.Operation(name: name, kind: random.pick([.pageView, .action]))
        if random.chance(1, of: 3) { return operation }
        operation.channels = channels.filter { _ in random.chance(1, of: 2) }
        operation.required = Rejection.Field.allCases.filter { field in
            field != .uid && field != .openid && random.chance(1, of: 6)
        }
        .shuffled(using: &random)
        for field in [Rejection.Field.duration, .eventTime, .pageID, .posID, .prevID, .channel]
        where random.chance(1, of: 5) {
            let bounds = [0, 1, 7, 10000, 1_710_300_000, 4_294_967_295].filter { _ in random.chance(1, of: 2) }
            operation.ranges.append(
                TrackingPlan.FieldRange(
                    field: field,
                    minimum: UInt64(bounds.first ?? 0),
                    maximum: UInt64(bounds.last ?? 4_294_967_295)
                )
            )
        }
        return operation
    }

    /// One that refuses much, for fuzzing: closed lists, and an operation with every kind of rule.
    package static let strict: TrackingPlan = {
        var plan = TrackingPlan.contract
        plan.version = 2
        plan.pages = [1: TrackingPlan.Name(chinese: "首页", english: "Home")]
        plan.pagesOpen = false
        plan.positionsOpen = false
        plan.operations[10000] = TrackingPlan.Operation(
            name: TrackingPlan.Name(chinese: "访问", english: "Visit"),
            kind: .pageView,
            channels: [1],
            required: [.pageID, .traceID, .deviceType],
            ranges: [TrackingPlan.FieldRange(field: .duration, minimum: 1, maximum: 86_400)]
        )
        return plan
    }()
}
