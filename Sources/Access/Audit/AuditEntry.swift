/// One entry of the audit log: who did what to what, when.
package struct AuditEntry: Sendable, Equatable {
    /// 1, 2, 3, …
    package var sequence: Int64
    /// Unix seconds.
    package var timeSeconds: Int64
    package var who: String
    package var address: String?
    /// One of ``AuditAction``, or one that a newer version knows.
    package var action: String
    package var target: String?
    package var detail: [String: AuditValue]
}

/// Which entries of the audit log somebody wants to see.
package struct AuditFilter: Sendable, Equatable {
    /// Unix seconds, included.
    package var fromSeconds: Int64?
    /// Unix seconds, excluded.
    package var toSeconds: Int64?
    /// An action (`app.add`) or a family of them (`app`).
    package var action: String?
    /// Somebody (`cli:alice`) or everybody of a kind (`cli`).
    package var who: String?
    /// Only entries with a smaller number: the next page.
    package var before: Int64?

    package init(
        fromSeconds: Int64? = nil,
        toSeconds: Int64? = nil,
        action: String? = nil,
        who: String? = nil,
        before: Int64? = nil
    ) {
        self.fromSeconds = fromSeconds
        self.toSeconds = toSeconds
        self.action = action
        self.who = who
        self.before = before
    }

    func admits(_ line: AuditLine) -> Bool {
        if let fromSeconds, line.timeSeconds < fromSeconds { return false }
        if let toSeconds, line.timeSeconds >= toSeconds { return false }
        if let before, line.sequence >= before { return false }
        if let action, line.action != action, !line.action.hasPrefix("\(action).") { return false }
        if let who, line.who != who, !line.who.hasPrefix("\(who):") { return false }
        return true
    }
}

/// Some entries of the audit log, newest first.
package struct AuditPage: Sendable, Equatable {
    package var entries: [AuditEntry] = []
    /// What to give as ``AuditFilter/before`` for the entries after these; nil where there are none.
    package var nextBefore: Int64?
    /// Lines that are no entries: somebody or something else wrote into the file. ``AuditLog/verify()`` says where.
    package var unreadableLines = 0
}
