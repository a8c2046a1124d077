import FootprintServer
import Logging
import Privacy

/// What is held about persons in a data directory on which no server runs.
struct LocalPersons {
    let dataDirectory: String

    /// Opens journal and store for `body`, and closes them however that ends.
    func with<Answer>(_ body: (Privacy) async throws -> Answer) async throws -> Answer {
        let logger = Logger(label: "footprint") { _ in LineLogHandler(format: .logfmt, level: .warning) }
        let opened: (privacy: Privacy, close: @Sendable () async -> Void)
        do {
            opened = try await LocalPrivacy.open(
                dataDirectory: dataDirectory,
                version: Version.current,
                logger: logger
            )
        } catch {
            throw CommandFailure.unable("\(error)")
        }
        do {
            let answer = try await body(opened.privacy)
            await opened.close()
            return answer
        } catch {
            await opened.close()
            throw error
        }
    }
}

extension Person {
    /// As the command line was given it.
    static func named(_ uid: String) throws(CommandFailure) -> Person {
        do throws(PrivacyError) { return try Person(uid: uid) } catch { throw .usage("--\(error)") }
    }
}
