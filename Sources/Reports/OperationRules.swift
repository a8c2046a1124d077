// The plan's rules for one operation: what an item must obey beyond the rules of each of its fields. The parser asks for
// the first that is broken, a review of the whole report for all of them.

/// An item as the plan's rules see it: the values it carries, nil where it carries none.
package struct ItemValues: Sendable, Equatable {
    package var eventTime: UInt64?
    package var channel: UInt32?
    package var operateID: UInt32?
    package var pageID: UInt32?
    package var posID: UInt32?
    package var prevID: UInt32?
    package var hasTraceID = false
    package var duration: UInt64?

    /// An item that carries nothing.
    package init() {}

    /// Of an integer field; nil where it is absent, or no integer field of an item.
    package func integer(_ field: Rejection.Field) -> UInt64? {
        switch field {
        case .eventTime: eventTime
        case .channel: channel.map(UInt64.init)
        case .operateID: operateID.map(UInt64.init)
        case .pageID: pageID.map(UInt64.init)
        case .posID: posID.map(UInt64.init)
        case .prevID: prevID.map(UInt64.init)
        case .duration: duration
        case .traceID, .uid, .openid, .deviceType, .businessType: nil
        }
    }

    /// Whether the item carries the field; false for a field of the head.
    package func has(_ field: Rejection.Field) -> Bool {
        field == .traceID ? hasTraceID : integer(field) != nil
    }
}

extension TrackingPlan.Operation {
    /// A rule that an item breaks, at one of its fields.
    package struct Violation: Equatable {
        package var field: Rejection.Field
        package var reason: Rejection.Reason
    }

    /// Whether its items must obey anything beyond the rules of their fields.
    package var hasRules: Bool { !channels.isEmpty || !required.isEmpty || !ranges.isEmpty }

    /// Calls `found` with each rule that an item of this operation breaks: its channel, then what it must carry, then
    /// its ranges, each in the plan's order; ends early where `found` returns false. What the head must carry is not
    /// decided here, for it may come last: see ``requires(_:)``.
    ///
    /// - Parameter id: the operation's `operate_id`.
    package func check(_ item: ItemValues, id: UInt32, found: (Violation) -> Bool) {
        if let channel = item.channel, !channels.isEmpty, !channels.contains(channel) {
            guard found(Violation(field: .channel, reason: .channelNotInPlan(operation: id))) else { return }
        }
        for field in required where field.isOfItem && !item.has(field) {
            guard found(Violation(field: field, reason: .requiredByPlan(operation: id))) else { return }
        }
        for range in ranges {
            guard let value = item.integer(range.field), value < range.minimum || value > range.maximum else {
                continue
            }
            let reason = Rejection.Reason.outsidePlan(minimum: range.minimum, maximum: range.maximum)
            guard found(Violation(field: range.field, reason: reason)) else { return }
        }
    }

    /// Whether the plan says that events of this operation carry the field.
    package func requires(_ field: Rejection.Field) -> Bool { required.contains(field) }
}

extension Rejection.Field {
    /// Whether it is a field of items; the others are the head's.
    package var isOfItem: Bool { rawValue >= Rejection.Field.eventTime.rawValue }

    /// The optional fields of the head, in the order in which a report that lacks them is refused.
    package static let optionalOfHead: [Rejection.Field] = [.deviceType, .businessType]
}
