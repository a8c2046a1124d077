import Insights

/// Reports of the live view as lines of a terminal: one for each event, and for each report that was refused.
struct LiveLines {
    let isColoured: Bool

    private enum Colour: String {
        case green = "32"
        case red = "31"
        case grey = "90"
    }

    func lines(_ event: EventStreamReader.Event) -> [String] {
        guard let data = JSONValue(parsing: Array(event.data.utf8)) else { return [] }
        switch event.name {
        case "accepted": return accepted(data)
        case "rejected": return [rejected(data)]
        default: return []
        }
    }

    private func accepted(_ report: JSONValue) -> [String] {
        guard case .array(let items)? = report["items"] else { return [] }
        let sender = ["app", "uid"].compactMap { Self.text(report[$0]) }.joined(separator: " ")
        return items.map { item in
            let facts = ["operate_id", "page_id", "pos_id", "prev_id", "channel", "duration", "trace_id"]
                .compactMap { name in Self.text(item[name]).map { "\(name)=\($0)" } }
            return [
                coloured(Self.clock(report["time"]), .grey), coloured("accepted", .green), sender,
                facts.joined(separator: " "),
            ].joined(separator: "  ")
        }
    }

    private func rejected(_ report: JSONValue) -> String {
        [
            coloured(Self.clock(report["time"]), .grey), coloured("rejected", .red), Self.text(report["app"]) ?? "",
            Self.text(report["detail"]) ?? "",
            coloured(Self.text(report["body"]).map { String($0.prefix(200)) } ?? "", .grey),
        ].joined(separator: "  ")
    }

    /// What is not there has no text: absent is not zero.
    private static func text(_ value: JSONValue?) -> String? {
        guard let value, value != .null else { return nil }
        return AnswerTable.visible(AnswerTable.cellText(value))
    }

    /// `08:30:00Z`
    private static func clock(_ time: JSONValue?) -> String {
        guard case .int(let seconds)? = time else { return "" }
        return String(UTCTime.text(seconds).suffix("08:30:00Z".count))
    }

    private func coloured(_ text: String, _ colour: Colour) -> String {
        isColoured && !text.isEmpty ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }
}
