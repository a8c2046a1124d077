/// Why events were not stored, by what the caller may do about it.
public enum ReportError: Error, Sendable, Equatable {
    /// A field breaks the contract (ret 1001). Sending the same again is pointless; `detail` names field and rule.
    case refused(detail: String)
    /// The token is missing, unknown, expired or revoked (ret 1002). Get a new one.
    case unauthorized
    /// The report is larger than the server takes (HTTP 413, ret 1004). Send fewer events in one.
    case tooLarge
    /// Overload, rate limit or no connection, for as long as retrying was allowed. Send again later.
    case unavailable(reason: String)
    /// Something answered that does not speak the report API: check the address.
    case unexpected(status: Int, body: String)
    /// Not an http or https address.
    case invalidURL(String)
    /// The client's own queue holds as many events as it may. Slow down, or drop this one.
    case queueFull(limit: Int)
    /// The client was closed, or the surrounding task cancelled.
    case closed
}

extension ReportError: CustomStringConvertible {
    /// One sentence, without a full stop.
    public var description: String {
        switch self {
        case .refused(let detail): detail
        case .unauthorized: "the server does not accept the token: it is missing, unknown, expired or revoked"
        case .tooLarge: "the report is larger than the server takes"
        case .unavailable(let reason): reason
        case .unexpected(let status, let body):
            "the address does not answer like Footprint's report API (HTTP \(status)\(body.isEmpty ? "" : ": \(body)"))"
        case .invalidURL(let url): "not an http or https address: \(url)"
        case .queueFull(let limit): "the queue already holds \(limit) events"
        case .closed: "the client is closed"
        }
    }
}
