import Access
import Foundation

/// `DATA/access`, as commands open it: beside a server that runs, or before the first start.
enum AccessFiles {
    static func open(_ dataDirectory: String) throws(CommandFailure) -> Access {
        let directory = try DataOwner.become(of: dataDirectory)
        do {
            return try Access(dataDirectory: directory)
        } catch {
            throw failure(error)
        }
    }

    static func failure(_ error: AccessError) -> CommandFailure {
        switch error {
        case .badAppName, .badTokenName, .unknownApp, .appAlreadyRemoved, .lifetimeOutOfRange, .notOurToken,
            .unknownToken:
            .usage("\(error)")
        default: .unable("\(error)")
        }
    }

    static func nowSeconds() -> Int64 {
        Int64(Date().timeIntervalSince1970)
    }
}
