#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What an HTTP answer to a report means: the whole table of INTERFACE section 1, decided without a socket.
package enum ReportAnswer: Sendable, Equatable {
    case accepted
    /// Worth another try, not before `notBefore` where the server says so.
    case retry(reason: String, notBefore: Duration?)
    /// Not worth another try.
    case failed(ReportError)

    package init(status: Int, retryAfter: String?, body: [UInt8]) {
        // Nearly every answer; the rest may take a decoder.
        if status == 200, body.starts(with: Self.stored) {
            self = .accepted
            return
        }
        let envelope = try? JSONDecoder().decode(Envelope.self, from: Data(body))
        switch (status, envelope?.ret) {
        case (200, 0): self = .accepted
        case (_, 1001): self = .failed(.refused(detail: envelope?.detail ?? envelope?.msg ?? "refused"))
        case (401, _), (_, 1002): self = .failed(.unauthorized)
        case (413, _), (_, 1004): self = .failed(.tooLarge)
        case (429, _), (_, 1003):
            self = .retry(reason: "the server asks for fewer requests", notBefore: Self.wait(retryAfter))
        case (503, _), (_, 1005):
            self = .retry(reason: "the server is busy", notBefore: Self.wait(retryAfter))
        // A proxy in front whose server is gone for the moment.
        case (502, _), (504, _):
            self = .retry(reason: "a proxy answers HTTP \(status)", notBefore: Self.wait(retryAfter))
        default:
            let start = String(decoding: body.prefix(200), as: UTF8.self)
            self = .failed(
                .unexpected(status: status, body: start.split(whereSeparator: \.isNewline).joined(separator: " "))
            )
        }
    }

    /// Seconds only: the server here sends no dates, and a date needs a clock that agrees with ours.
    private static func wait(_ retryAfter: String?) -> Duration? {
        guard let retryAfter, let seconds = Int64(retryAfter), seconds >= 0 else { return nil }
        return .seconds(min(seconds, 86_400))
    }

    private static let stored = Array(#"{"ret":0,"#.utf8)

    private struct Envelope: Decodable {
        var ret: Int
        var msg: String?
        var detail: String?
    }
}
