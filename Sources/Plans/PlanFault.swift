/// Something wrong in a plan file, and where: what was expected there.
package struct PlanFault: Error, Sendable, Equatable {
    /// From 1, as editors count; columns in Unicode scalars.
    package var line: Int
    package var column: Int
    /// What was expected, and what was found.
    package var reason: String

    package init(line: Int, column: Int, reason: String) {
        self.line = line
        self.column = column
        self.reason = reason
    }

    /// `plan.yml:12:5: expected a name, found a number`
    package func text(in file: String) -> String { "\(file):\(line):\(column): \(reason)" }
}

/// Everything that is wrong in a plan file, in the order of its lines; never empty.
package struct PlanFaults: Error, Sendable, Equatable {
    package let faults: [PlanFault]

    init(_ faults: [PlanFault]) {
        self.faults = faults.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    }

    /// A line each.
    package func text(in file: String) -> String {
        faults.map { $0.text(in: file) }.joined(separator: "\n")
    }
}
