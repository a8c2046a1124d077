import EventStore
import Reports

/// Where an event is: refused, in the journal and not in the store yet, or in the store; and why a question may not
/// show it.
enum Where: Question {
    static let entry = CatalogueEntry(
        "where",
        .init(
            "Where is my event? What is known of a trace_id or uid: refused, journaled, loaded, and what hides it",
            "事件去哪了：某个 trace_id 或 uid 被拒绝、已落日志、已入库的情况，以及查询中看不到的原因"
        ),
        parameters: [
            .init("trace_id", .text, .init("The trace; this or uid", "跟踪标识；与 uid 二选一")),
            .init("uid", .text, .init("The user; this or trace_id", "用户 ID；与 trace_id 二选一")),
            .init("from", .moment, .init("Arrived on this day or later, or Unix seconds", "到达日期不早于（含），或 Unix 秒")),
            .init(
                "to",
                .moment,
                .init(
                    "Arrived on this day (inclusive) or earlier, or Unix seconds (exclusive)",
                    "到达日期不晚于（含），或 Unix 秒（不含）"
                )
            ),
            .init(
                "tz",
                .timeZone,
                standard: "Asia/Shanghai",
                .init("Time zone of the days that events are counted in, an IANA name", "事件计入日期所用的时区（IANA 名称）")
            ),
        ]
    )

    /// What one answer lists; a uid may have any number of events.
    static let entriesAtMost = 200

    static func answer(_ asked: Asked) async throws(QuestionError) -> JSONValue {
        let sought = try sought(asked.arguments)
        let look = WhereLook(asked: asked, sought: sought, zone: try Zone(asked.arguments["tz"] ?? "", at: "tz"))
        let arrived = asked.arguments["from"] == nil && asked.arguments["to"] == nil ? nil : try asked.period().range
        // The journal first: what is loaded between the two looks is then seen twice, which can be told, and not never.
        let findings: JournalFindings?
        do {
            findings = try await asked.journal?(sought)
        } catch {
            throw .store(error)
        }
        let loaded = try await look.loaded()
        let refused = try await look.refused()
        var entries = look.merge(loaded: loaded, refused: refused.entries, findings: findings, arrived: arrived)
        entries.sort { ($0.arrival, $0.itemIndex) > ($1.arrival, $1.itemIndex) }
        let isMore = entries.count > entriesAtMost
        let shown = Array(entries.prefix(entriesAtMost))
        let limits = WhereSummary.Limits(
            isMore: isMore,
            journalWasRead: findings != nil,
            unreadBytes: findings?.unreadBytes ?? 0,
            refusedUnread: refused.isMore
        )
        return [
            "stages": .array(shown.map { $0.json(asked.language) }),
            "summary": .string(WhereSummary(sought: sought, entries: shown, limits: limits).text(asked.language)),
            "more": .bool(isMore),
            "journal_read": .bool(limits.journalWasRead),
            "journal_unread_bytes": .uint(limits.unreadBytes),
            "refused_unread": .bool(limits.refusedUnread),
        ]
    }

    private static func sought(_ arguments: Arguments) throws(QuestionError) -> SoughtID {
        switch (arguments["trace_id"], arguments["uid"]) {
        case (let trace?, nil): return SoughtID(.traceID, trace)
        case (nil, let uid?): return SoughtID(.uid, uid)
        case (nil, nil):
            throw .badParameter(detail: "trace_id, uid: expected one of them, found neither")
        case (_?, _?):
            throw .badParameter(detail: "trace_id, uid: expected one of them, found both")
        }
    }
}
