/// Why the console cannot start: one sentence that says what is missing and what to do.
package enum ConsoleStartError: Error, Sendable, Equatable, CustomStringConvertible {
    case webFilesMissing(directory: String)
    case chartsMissing(path: String)
    case unreadable(path: String, reason: String)
    case tooLarge(path: String, limitBytes: Int)

    package var description: String {
        switch self {
        case .webFilesMissing(let directory):
            "the console's pages are missing: there is no index.html in \(directory); "
                + "start footprint beside its web/console folder or say where it is"
        case .chartsMissing(let path):
            "the console's chart library is missing: there is no \(path); run `make setup` to fetch it"
        case .unreadable(let path, let reason):
            "the console cannot read \(path): \(reason)"
        case .tooLarge(let path, let limitBytes):
            "the console does not serve \(path): it is larger than \(limitBytes) bytes"
        }
    }
}
