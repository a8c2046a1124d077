import Foundation

/// Something that was waited for did not happen.
struct NeverHappened: Error, CustomStringConvertible {
    let what: String
    let seconds: Double
    let last: String?

    var description: String {
        "waited \(Int(seconds)) s, and still not: \(what)" + (last.map { " (last: \($0))" } ?? "")
    }
}

/// Asks again and again until there is a value: tests wait for conditions, never for time.
///
/// Gives up when the time is over and it was asked often enough: on a machine that is busy with other tests the time
/// alone may pass between two tries.
func eventually<Value>(
    _ what: String,
    withinSeconds seconds: Double,
    every interval: Double = 0.1,
    _ attempt: () async throws -> Value?
) async throws -> Value {
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(seconds)
    var lastError: (any Error)?
    var tries = 0
    repeat {
        tries += 1
        do {
            lastError = nil
            if let value = try await attempt() { return value }
        } catch {
            lastError = error
        }
        try await Task.sleep(for: .seconds(interval))
    } while clock.now < deadline || tries < 20
    throw NeverHappened(what: what, seconds: seconds, last: lastError.map { "\($0)" })
}

/// Runs blocking work on a thread of its own, so that it holds up no other test.
func onOwnThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result(catching: work)) }
    }
}

func nowSeconds() -> Int { Int(Date().timeIntervalSince1970) }
