import Access
import Reports

/// Who reports on a connection: the token of the last request and what it proved, so that the next one with the same
/// token costs a comparison of bytes.
struct Reporter {
    private var cache = TokenCache()
    /// The app that was found last.
    private(set) var app = ""

    /// Whether the request carries an app's good token.
    mutating func isApp(_ head: RequestHead, _ headBytes: UnsafeRawBufferPointer, _ shared: CollectorState) -> Bool {
        guard case .app(let id, _) = authentication(head, headBytes, shared) else { return false }
        if app != id { app = id }
        return true
    }

    /// Whether the request carries any good token.
    mutating func isKnown(_ head: RequestHead, _ headBytes: UnsafeRawBufferPointer, _ shared: CollectorState) -> Bool {
        if case .refused = authentication(head, headBytes, shared) { false } else { true }
    }

    private mutating func authentication(
        _ head: RequestHead,
        _ headBytes: UnsafeRawBufferPointer,
        _ shared: CollectorState
    ) -> Authentication {
        guard let span = head.authorization, span.count > 0 else { return .refused(.malformed) }
        var token = UnsafeRawBufferPointer(rebasing: headBytes[span.start..<span.start + span.count])
        if let prefix = Self.bearerBytes(token) { token = UnsafeRawBufferPointer(rebasing: token[prefix...]) }
        let now = Int64(WallClock.microseconds() / 1_000_000)
        return cache.authenticate(token, access: shared.access, nowSeconds: now)
    }

    /// Lends the id of the app that ``isApp(_:_:_:)`` found.
    mutating func withApp<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var outcome: Swift.Result<Result, Failure>?
        app.withUTF8 { bytes in
            do throws(Failure) {
                outcome = .success(try body(UnsafeRawBufferPointer(bytes)))
            } catch {
                outcome = .failure(error)
            }
        }
        guard let outcome else { preconditionFailure("withUTF8 always calls its body") }
        return try outcome.get()
    }

    /// Length of `Bearer ` (any case, one or more spaces) that the value begins with; nil for a bare token.
    private static func bearerBytes(_ value: UnsafeRawBufferPointer) -> Int? {
        let word: StaticString = "bearer"
        guard value.count > 7, value[6] == 0x20 else { return nil }
        for index in 0..<6 where value[index] | 0x20 != word.utf8Start[index] { return nil }
        return value[6...].firstIndex { $0 != 0x20 }
    }
}
