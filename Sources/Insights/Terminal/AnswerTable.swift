/// An answer as rows and columns, for a terminal or a spreadsheet.
package struct AnswerTable: Sendable, Equatable {
    package let columns: [String]
    package let rows: [[JSONValue]]

    package init(columns: [String], rows: [[JSONValue]]) {
        self.columns = columns
        self.rows = rows
    }

    /// Any question's `data`:
    /// - a list of objects is a row each;
    /// - an object with one list of objects in it (a page of a user's events, the stages an event went) is that list;
    /// - other objects are a row for each figure; one that compares with another (`previous`) has a column for that.
    package init(_ data: JSONValue) {
        switch data {
        case .array(let elements):
            self.init(list: elements)
        case .object(let members):
            if let previous = data["previous"], case .object = previous {
                self.init(
                    columns: ["figure", "value", "previous"],
                    rows: members.filter { $0.name != "previous" }
                        .map { [.string($0.name), $0.value, previous[$0.name] ?? .null] }
                )
            } else if let list = Self.onlyList(in: members) {
                self.init(list: list)
            } else {
                self.init(columns: ["figure", "value"], rows: members.flatMap(Self.figureRows))
            }
        case .null, .bool, .int, .uint, .double, .string:
            self.init(columns: ["value"], rows: [[data]])
        }
    }

    private init(list: [JSONValue]) {
        var columns: [String] = []
        for case .object(let members) in list {
            for member in members where !columns.contains(member.name) { columns.append(member.name) }
        }
        guard !columns.isEmpty else {
            self.init(columns: ["value"], rows: list.map { [$0] })
            return
        }
        self.init(columns: columns, rows: list.map { element in columns.map { element[$0] ?? .null } })
    }

    /// The events of a page, beside nothing but plain values.
    private static func onlyList(in members: [JSONValue.Member]) -> [JSONValue]? {
        guard let events = members.first(where: { ["events", "stages"].contains($0.name) }),
            case .array(let list) = events.value
        else {
            return nil
        }
        return list
    }

    /// `histogram`'s bars become rows of their own: `histogram 10…30`.
    private static func figureRows(_ member: JSONValue.Member) -> [[JSONValue]] {
        guard case .array(let elements) = member.value else { return [[.string(member.name), member.value]] }
        return elements.enumerated().map { index, element in
            guard let count = element["count"], let from = element["from"] else {
                let name = element["name"].map { " \(cellText($0))" } ?? " \(index)"
                return [.string(member.name + name), element]
            }
            return [.string("\(member.name) \(cellText(from))…\(element["to"].map(cellText) ?? "")"), count]
        }
    }

    /// A value as a cell shows it; nothing where nothing was reported.
    package static func cellText(_ value: JSONValue) -> String {
        switch value {
        case .null: ""
        case .bool(let value): value ? "true" : "false"
        case .int(let value): String(value)
        case .uint(let value): String(value)
        case .double(let value): value.isFinite ? "\(value)" : ""
        case .string(let value): value
        case .array(let elements): elements.map(cellText).joined(separator: " ")
        case .object: String(decoding: value.encoded(), as: UTF8.self)
        }
    }
}
