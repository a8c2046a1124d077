import Access
import Insights
import Logging

extension AdminRoutes {
    private static let limits = 1...1_000
    private static let defaultLimit = 100

    /// `GET /api/v1/audit?from=&to=&action=&who=&limit=&before=`, newest first.
    func audit(_ call: AdminCall) async throws(APIAnswer) -> JSONValue {
        let given = try call.parameters(["from", "to", "action", "who", "limit", "before"])
        let filter = AuditFilter(
            fromSeconds: try Self.integer("from", in: given),
            toSeconds: try Self.integer("to", in: given),
            action: given["action"],
            who: given["who"],
            before: try Self.integer("before", in: given)
        )
        let limit = try Self.integer("limit", in: given).map(Int.init) ?? Self.defaultLimit
        guard Self.limits.contains(limit) else {
            throw .badParameter(
                detail: "limit: expected \(Self.limits.lowerBound) to \(Self.limits.upperBound), found \(limit)"
            )
        }
        let page = try await disk.run { () throws(AccessError) in
            try access.audit.page(matching: filter, limit: limit)
        }
        if page.unreadableLines > 0 {
            disk.logger.error(
                "the audit log holds lines that are not entries; `footprint audit` says where",
                metadata: ["lines": "\(page.unreadableLines)"]
            )
        }
        return [
            "entries": .array(page.entries.map(\.json)), "next_before": page.nextBefore.map(JSONValue.int) ?? .null,
        ]
    }

    private static func integer(_ name: String, in given: [String: String]) throws(APIAnswer) -> Int64? {
        guard let text = given[name] else { return nil }
        guard let number = Int64(text), number >= 0 else {
            throw .badParameter(detail: "\(name): expected a whole number")
        }
        return number
    }
}
