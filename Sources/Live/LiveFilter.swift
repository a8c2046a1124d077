import Reports

/// Which reports a listener wants to see.
package struct LiveFilter: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case accepted, rejected
    }

    /// nil: both.
    package var kind: Kind?
    package var app: String?
    /// A refused report is shown where its text gives its `uid` this value, as far as that can be read.
    package var uid: String?
    /// A report is shown whole where one of its items carries this.
    package var traceID: String?

    package init(kind: Kind? = nil, app: String? = nil, uid: String? = nil, traceID: String? = nil) {
        self.kind = kind
        self.app = app
        self.uid = uid
        self.traceID = traceID
    }

    private var sought: [SoughtID] {
        [uid.map { SoughtID(.uid, $0) }, traceID.map { SoughtID(.traceID, $0) }].compactMap(\.self)
    }

    func shows(_ report: StoredReport) throws(StoredReport.Unreadable) -> Bool {
        guard kind != .rejected, isOf(report.app) else { return false }
        for id in sought where try !id.isCarried(by: report) { return false }
        return true
    }

    func shows(_ report: RefusedReport) -> Bool {
        kind != .accepted && isOf(report.app) && sought.allSatisfy { $0.isMentioned(in: report.body) }
    }

    private func isOf(_ reported: UnsafeRawBufferPointer) -> Bool {
        app.map { reported.elementsEqual($0.utf8) } ?? true
    }
}
