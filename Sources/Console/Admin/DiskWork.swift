import Access
import Logging
import NIOPosix
import Plans
import Privacy

/// Runs what waits for the disk, or hashes a secret, on threads of its own, and says what went wrong as an answer.
struct DiskWork: Sendable {
    let threads: NIOThreadPool
    let logger: Logger

    func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws(AccessError) -> Result
    ) async throws(APIAnswer) -> Result {
        try await runAny(body)
    }

    func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws(PlanError) -> Result
    ) async throws(APIAnswer) -> Result {
        try await runAny(body)
    }

    func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws(PrivacyError) -> Result
    ) async throws(APIAnswer) -> Result {
        try await runAny(body)
    }

    private func runAny<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws(APIAnswer) -> Result {
        do {
            return try await threads.runIfActive(body)
        } catch let error as AccessError {
            throw answer(to: error)
        } catch PlanError.files(let error) {
            throw answer(to: error)
        } catch let error as PlanError {
            logger.error("the tracking plan could not be read or changed", metadata: ["reason": "\(error)"])
            throw .unavailable(detail: "nothing was changed; the server's log says why")
        } catch let error as PrivacyError {
            throw answer(to: error)
        } catch {
            // The threads have ended.
            throw .unavailable(detail: "the server is stopping")
        }
    }

    func answer(to error: PrivacyError) -> APIAnswer {
        switch error {
        case .badUID: return .badParameter(detail: "\(error)")
        case .noReceipt: return .missing(detail: "\(error)")
        case .files(let error): return answer(to: error)
        case .store(let error): return .unavailable(detail: "\(error)")
        case .notLoaded, .replaying, .stopping: return .unavailable(detail: "\(error)")
        case .journal, .damaged:
            logger.error("a person's data could not be read or erased", metadata: ["reason": "\(error)"])
            return .unavailable(detail: "the server's log says why")
        }
    }

    private func answer(to error: AccessError) -> APIAnswer {
        switch error {
        case .badAppName, .badTokenName, .lifetimeOutOfRange, .notOurToken:
            return .badParameter(detail: "\(error)")
        case .unknownApp, .appAlreadyRemoved, .unknownToken:
            return .missing(detail: "\(error)")
        case .tooMany:
            return .overLimit(detail: "\(error)")
        case .damaged, .missing, .newerFormat, .readableByOthers, .writableByOthers, .auditBroken, .system, .busy:
            // Names files of this machine: for the operator, not for whoever asks.
            logger.error("apps, tokens or the audit log could not be read or changed", metadata: ["reason": "\(error)"])
            return .unavailable(detail: "nothing was changed; the server's log says why")
        }
    }
}
