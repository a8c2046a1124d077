package import Access
package import EventStore

/// Why something about one person could not be done: one sentence that says what to do.
package enum PrivacyError: Error, Sendable, CustomStringConvertible {
    /// Refused: no report carries such a uid.
    case badUID(bytes: Int)
    case noReceipt(id: String)
    /// Retry: the store has not taken over yet what had arrived.
    case notLoaded(reason: String)
    /// Retry: refused reports are being tried again, and what is erased must not be journaled anew.
    case replaying
    /// Retry: the journal cannot be read or written.
    case journal(reason: String)
    case store(StoreError)
    /// Nothing was changed.
    case files(AccessError)
    /// Fatal until somebody mends it: a file of `DATA/privacy` is not as it was written.
    case damaged(file: String, reason: String)
    /// The server stops; what is pending goes on at the next start.
    case stopping

    package var description: String {
        switch self {
        case .badUID(let bytes): "uid: expected 1 to \(Person.uidBytesAtMost) bytes, found \(bytes)"
        case .noReceipt(let id): "there is no receipt \"\(id.prefix(64))\"; `footprint receipts` lists them"
        case .notLoaded(let reason): "what had arrived is not all in the store yet (\(reason))"
        case .replaying: "refused reports are being tried again; the erasure waits for that"
        case .journal(let reason): "the journal: \(reason)"
        case .store(let error): "\(error)"
        case .files(let error): "\(error)"
        case .damaged(let file, let reason): "\(file) is damaged (\(reason)); restore it from a backup"
        case .stopping: "the server is stopping; the erasure goes on at the next start"
        }
    }
}
