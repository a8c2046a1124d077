import Reports

/// One thing that is known about an id: a refused report, or an event at its stage.
struct WhereEntry {
    enum Stage: String {
        case refused, journaled, loaded
    }

    /// Why a question may not show an event, or show it otherwise than expected. The words of the answer's `notes`.
    enum Note: String, CaseIterable {
        case notPageView = "not_page_view"
        case earlierDay = "earlier_day"
        case laterDay = "later_day"
        case outsideWeek = "outside_week"
        case sentAgain = "sent_again"
    }

    struct Refusal {
        var code: String
        var detail: String
        var isReplayed: Bool
        /// Loaded into the quarantine, where it can be seen and replayed.
        var isInQuarantine: Bool
    }

    struct Event {
        var uid: String
        var traceID: String?
        /// Unix seconds.
        var eventTime: Int64
        var isTimeGiven: Bool
        var operateID: Int64?
        /// nil where it is never taken for a repeat.
        var identity: EventIdentity?
        // What follows from these, once all is known.
        var day = ""
        var arrivalDay = ""
        var isPageView = false
        var notes: [Note] = []
        /// How often it was sent, as far as the journal that is kept tells.
        var copies = 1
    }

    enum About {
        case refusal(Refusal)
        case event(Event)
    }

    var stage: Stage
    /// Unix microseconds.
    var arrival: Int64
    var itemIndex: Int64 = 0
    var app: String
    var planVersion: Int64
    var segment: UInt64
    var offset: UInt64
    var about: About

    var event: Event? {
        if case .event(let event) = about { event } else { nil }
    }

    func json(_ language: Language) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("stage", .string(stage.rawValue)),
            .init("time", .int(arrival / 1_000_000)),
            .init("app", .string(app)),
        ]
        switch about {
        case .refusal(let refusal):
            members += [
                .init("reason", .string(refusal.code)),
                .init("detail", .string(refusal.detail)),
                .init("replayed", .bool(refusal.isReplayed)),
                .init("in_quarantine", .bool(refusal.isInQuarantine)),
            ]
        case .event(let event):
            members += [
                .init("uid", .string(event.uid)),
                .init("trace_id", JSONValue(event.traceID)),
                .init("item_index", .int(itemIndex)),
                .init("event_time", .int(event.eventTime)),
                .init("event_time_given", .bool(event.isTimeGiven)),
                .init("day", .string(event.day)),
                .init("operate_id", JSONValue(event.operateID)),
                .init("page_view", .bool(event.isPageView)),
                .init("notes", .array(event.notes.map { .string($0.rawValue) })),
                .init("explanation", explanation(event, language)),
            ]
        }
        members += [
            .init("plan_version", .int(planVersion)),
            .init("journal_segment", .uint(segment)),
            .init("journal_offset", .uint(offset)),
        ]
        return .object(members)
    }

    /// The notes as sentences; `null` without any.
    private func explanation(_ event: Event, _ language: Language) -> JSONValue {
        let sentences = event.notes.map { sentence($0, event)[language] }
        return sentences.isEmpty ? .null : .string(sentences.joined(separator: language == .chinese ? "" : " "))
    }

    private func sentence(_ note: Note, _ event: Event) -> CatalogueEntry.Wording {
        switch note {
        case .notPageView:
            .init(
                "Its operate_id is no page view: PV and UV do not count it.",
                "operate_id 不是页面访问，不计入 PV 和 UV。"
            )
        case .earlierDay:
            .init(
                "It arrived on \(event.arrivalDay) and is counted on \(event.day), the day of its event_time.",
                "到达于 \(event.arrivalDay)，按 event_time 计入更早的 \(event.day)。"
            )
        case .laterDay:
            .init(
                "It arrived on \(event.arrivalDay) and its event_time is ahead: it is counted on \(event.day).",
                "到达于 \(event.arrivalDay)，event_time 更晚，计入 \(event.day)。"
            )
        case .outsideWeek:
            .init(
                "\(event.day) is outside the last seven days, which questions look at unless told otherwise.",
                "\(event.day) 不在查询默认的最近七天内。"
            )
        case .sentAgain where stage == .journaled:
            .init(
                "It was sent before: it is recognised as a repeat and counted once.",
                "此前已上报过，将识别为重复，只计一次。"
            )
        case .sentAgain:
            .init(
                "It was sent \(event.copies) times, as far as the journal that is kept tells, and is counted once.",
                "据现存日志，共上报 \(event.copies) 次，只计一次。"
            )
        }
    }
}
