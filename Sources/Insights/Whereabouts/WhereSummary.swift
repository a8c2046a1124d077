import Reports

/// The answer in one sentence.
struct WhereSummary {
    let sought: SoughtID
    let entries: [WhereEntry]
    let limits: Limits

    /// What was not looked at, or is not listed.
    struct Limits {
        var isMore: Bool
        var journalWasRead: Bool
        var unreadBytes: UInt64
        var refusedUnread: Bool
    }

    func text(_ language: Language) -> String {
        let parts = (entries.isEmpty ? [nothing] : [loaded, journaled, refused].compactMap { $0 }) + gaps
        let (separator, end) = language == .chinese ? ("；", "。") : ("; ", ".")
        let name =
            language == .chinese
            ? "\(sought.field.rawValue)“\(sought.text)”：" : "\(sought.field.rawValue) “\(sought.text)”: "
        return name + parts.map { $0[language] }.joined(separator: separator) + end
    }

    private typealias Wording = CatalogueEntry.Wording

    private var nothing: Wording {
        .init("nothing with it arrived, or it is no longer kept", "没有收到相关内容，或已不再保留")
    }

    private var loaded: Wording? {
        let events = of(.loaded).compactMap(\.event)
        guard let first = events.map(\.day).min(), let last = events.map(\.day).max() else { return nil }
        let days = first == last ? first : "\(first) – \(last)"
        let hidden = events.count { !$0.isPageView }
        let again = events.count { $0.copies > 1 }
        var english = "\(Self.events(events.count)) in the store, counted on \(days)"
        var chinese = "已入库 \(events.count) 个事件，计入 \(days)"
        if hidden > 0 {
            english += hidden == events.count ? " (not as page views)" : " (\(hidden) not as page views)"
            chinese += "（其中 \(hidden) 个不是页面访问）"
        }
        if again > 0 {
            english +=
                again == events.count
                ? ", sent more than once and counted once" : ", \(again) of them sent more than once and counted once"
            chinese += "，其中 \(again) 个曾重复上报，只计一次"
        }
        return .init(english, chinese)
    }

    private var journaled: Wording? {
        let count = of(.journaled).count
        guard count > 0 else { return nil }
        return .init(
            "\(Self.events(count)) in the journal, waiting to be loaded into the store",
            "\(count) 个事件已落日志，等待入库"
        )
    }

    private var refused: Wording? {
        let refusals = of(.refused).compactMap { entry -> WhereEntry.Refusal? in
            if case .refusal(let refusal) = entry.about { refusal } else { nil }
        }
        guard !refusals.isEmpty else { return nil }
        let reasons = Array(Set(refusals.map(\.code))).sorted()
        let replayed = refusals.count(where: \.isReplayed)
        let english = refusals.count == 1 ? "1 report was refused" : "\(refusals.count) reports were refused"
        let said = reasons.prefix(3).joined(separator: ", ") + (reasons.count > 3 ? ", …" : "")
        return .init(
            "\(english) (\(said))" + (replayed > 0 ? ", \(replayed) of them replayed since" : ""),
            "\(refusals.count) 次上报被拒绝（\(said)）" + (replayed > 0 ? "，其中 \(replayed) 次已重放" : "")
        )
    }

    private var gaps: [Wording] {
        var gaps: [Wording] = []
        if limits.isMore {
            gaps.append(
                .init("only the newest \(Where.entriesAtMost) are listed", "只列出最新的 \(Where.entriesAtMost) 条")
            )
        }
        if !limits.journalWasRead {
            gaps.append(
                .init(
                    "no server runs, so the journal was not looked at",
                    "服务未运行，未查看日志"
                )
            )
        }
        if limits.unreadBytes > 0 {
            let size = max(1, limits.unreadBytes >> 20)
            gaps.append(
                .init(
                    "\(size) MiB of the journal that wait to be loaded were not read",
                    "另有 \(size) MiB 待入库的日志未读取"
                )
            )
        }
        if limits.refusedUnread {
            gaps.append(.init("older refused reports were not looked at", "更早的被拒绝上报未查看"))
        }
        return gaps
    }

    private func of(_ stage: WhereEntry.Stage) -> [WhereEntry] {
        entries.filter { $0.stage == stage }
    }

    private static func events(_ count: Int) -> String {
        count == 1 ? "1 event is" : "\(count) events are"
    }
}
