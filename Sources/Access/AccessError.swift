/// Why keys, apps or tokens could not be read or changed: one sentence that says to what, and what to do.
package enum AccessError: Error, Sendable, Equatable, CustomStringConvertible {
    // Fatal until somebody mends the data directory.
    /// The file's content is not what was written. It is never replaced by a fresh one: that would silently refuse
    /// every token, or accept revoked ones.
    case damaged(file: String, reason: String)
    case missing(file: String)
    case newerFormat(file: String, version: Int64)
    case readableByOthers(file: String, mode: UInt32)
    case writableByOthers(directory: String, mode: UInt32)
    /// The audit log holds a line that is not as it was written; `line` where it is known, 1 for the first.
    case auditBroken(file: String, line: Int?, reason: String)
    /// The operating system refused; `code` is its errno.
    case system(operation: String, path: String, code: Int32)

    // Retry later.
    /// Another process has been changing the same files for longer than we wait.
    case busy(lock: String)

    // Refused: what was asked cannot be done.
    case badAppName(reason: String)
    case badTokenName(reason: String)
    case unknownApp(id: String)
    case appAlreadyRemoved(id: String)
    case lifetimeOutOfRange(seconds: Int64)
    case notOurToken(Refusal)
    case unknownToken(id: String)
    case tooMany(what: String, limit: Int)

    package var description: String {
        switch self {
        case .damaged(let file, let reason):
            "\(file) is damaged (\(reason)); restore it from a backup"
        case .missing(let file):
            "\(file) is missing although the files beside it are there; restore it from a backup"
        case .newerFormat(let file, let version):
            "\(file) was written by a newer footprint (format \(version)); start that version instead"
        case .readableByOthers(let file, let mode):
            "\(file) is open to other users (mode \(octal(mode))); run: chmod 600 \(file)"
        case .writableByOthers(let directory, let mode):
            "\(directory) can be written by other users (mode \(octal(mode))); run: chmod 700 \(directory)"
        case .auditBroken(let file, let line, let reason):
            "\(line.map { "line \($0) of " } ?? "")\(file) is broken (\(reason)); "
                + "keep the file as it is for whoever looks into it, and move it away to begin a new one"
        case .system(let operation, let path, let code):
            "cannot \(operation) \(path): \(errorText(code))"
        case .busy(let lock):
            "another process has held \(lock) for too long; try again, or end that process"
        case .badAppName(let reason):
            "the app's name \(reason)"
        case .badTokenName(let reason):
            "the name of whom the token is for \(reason)"
        case .unknownApp(let id):
            "there is no app \(printable(id))"
        case .appAlreadyRemoved(let id):
            "the app \(printable(id)) was already removed"
        case .lifetimeOutOfRange(let seconds):
            "a token cannot live \(seconds) seconds; choose \(AccessLimits.tokenLifetimeSeconds.lowerBound) "
                + "to \(AccessLimits.tokenLifetimeSeconds.upperBound)"
        case .notOurToken(let refusal):
            "this is not a token issued here (\(refusal.rawValue))"
        case .unknownToken(let id):
            "the audit log knows no token with the id \(printable(id)); revoke it by the token itself, "
                + "or end all tokens by `footprint key rotate --end-earlier-tokens`"
        case .tooMany(let what, let limit):
            "there are already \(limit) \(what), which is the most that are kept"
        }
    }
}

private func octal(_ mode: UInt32) -> String {
    String(mode & 0o7777, radix: 8)
}

/// What a user typed, fit for one line of a terminal or a log.
private func printable(_ text: String) -> String {
    let shown = String(text.unicodeScalars.prefix(64).map { AppName.isControl($0) ? "?" : Character($0) })
    return "\"\(shown)\""
}
