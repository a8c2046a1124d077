import Journal
import Reports

/// Somebody whose data is looked for: all reports that carry the uid, and the refused ones that mention it.
package struct Person: Sendable {
    package let uid: String
    let sought: SoughtID

    package static let uidBytesAtMost = 128

    package init(uid: String) throws(PrivacyError) {
        guard (1...Self.uidBytesAtMost).contains(uid.utf8.count) else { throw .badUID(bytes: uid.utf8.count) }
        self.uid = uid
        sought = SoughtID(.uid, uid)
    }

    /// A record of the journal, as far as it concerns somebody.
    enum Match {
        case report(arrivalMicroseconds: UInt64)
        case refused(arrivalMicroseconds: UInt64)
        /// Of others.
        case none
        /// Nobody can say.
        case unreadable

        var arrivalMicroseconds: UInt64? {
            switch self {
            case .report(let arrival), .refused(let arrival): arrival
            case .none, .unreadable: nil
            }
        }
    }

    func match(_ kind: RecordKind, _ payload: UnsafeRawBufferPointer) -> Match {
        do throws(StoredReport.Unreadable) {
            switch kind {
            case .report, .replay:
                let report = try StoredReport(payload)
                return try sought.isCarried(by: report)
                    ? .report(arrivalMicroseconds: report.arrivalMicroseconds) : .none
            case .refused:
                let report = try RefusedReport(payload)
                return isMentioned(in: report.body)
                    ? .refused(arrivalMicroseconds: report.arrivalMicroseconds) : .none
            }
        } catch {
            return .unreadable
        }
    }

    /// Whether a refused body says this uid, by the rule that `footprint where` finds it by.
    func isMentioned(in body: UnsafeRawBufferPointer) -> Bool {
        sought.isMentioned(in: body)
    }

    /// Whether the letters stand anywhere: for bytes of which nobody knows where a record begins.
    func isSpelled(in bytes: [UInt8]) -> Bool {
        let letters = Array(uid.utf8)
        guard let first = letters.first, bytes.count >= letters.count else { return false }
        var start = 0
        while let found = bytes[start...].firstIndex(of: first), found + letters.count <= bytes.count {
            if bytes[found..<found + letters.count].elementsEqual(letters) { return true }
            start = found + 1
        }
        return false
    }
}
