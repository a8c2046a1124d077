import EventStore

/// Which events count. Values of one column: any of them; several columns: all of them.
struct Filters: Sendable {
    private var columns: [(column: Column, ids: [UInt32], orAbsent: Bool)] = []
    private let uids: [String]

    /// The filters that hold an id, each an optional column of the events; named as in a report.
    enum Column: String, Sendable, CaseIterable {
        case businessType = "business_type"
        case deviceType = "device_type"
        case channel
        case operateID = "operate_id"
        case pageID = "page_id"
        case posID = "pos_id"

        var sql: SQL {
            switch self {
            case .businessType: "business_type"
            case .deviceType: "device_type"
            case .channel: "channel"
            case .operateID: "operate_id"
            case .pageID: "page_id"
            case .posID: "pos_id"
            }
        }
    }

    static let uidName = "uid"
    /// The filter value for events that do not carry the field: absent is a value one may ask for, and not zero.
    static let absent = "absent"

    init(_ arguments: Arguments) {
        for column in Column.allCases {
            let values = arguments.values(column.rawValue)
            guard !values.isEmpty else { continue }
            columns.append((column, values.compactMap { UInt32($0) }, values.contains(Self.absent)))
        }
        uids = arguments.values(Self.uidName)
    }

    var isEmpty: Bool { columns.isEmpty && uids.isEmpty }

    /// Whether they look at nothing but these columns.
    func isWithin(_ known: Set<Column>) -> Bool {
        uids.isEmpty && columns.allSatisfy { known.contains($0.column) }
    }

    var selectsUsers: Bool { !uids.isEmpty }

    /// True (1) or false (0) for each event, never NULL.
    var condition: SQL {
        let conditions =
            columns.map { Self.condition($0.column.sql, ids: $0.ids, orAbsent: $0.orAbsent) } + [uidCondition]
        return .joined(conditions, separator: " AND ")
    }

    /// The part that selects users whole, and so can be asked of their earlier events too.
    var uidCondition: SQL {
        uids.isEmpty ? "1" : "uid IN \(uids)"
    }

    private static func condition(_ column: SQL, ids: [UInt32], orAbsent: Bool) -> SQL {
        switch (ids.isEmpty, orAbsent) {
        case (true, _): "isNull(\(column))"
        // What IN makes of NULL differs between versions of the engine: never left to it.
        case (false, false): "ifNull(\(column) IN \(ids), 0)"
        case (false, true): "(isNull(\(column)) OR ifNull(\(column) IN \(ids), 0))"
        }
    }
}
