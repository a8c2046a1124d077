#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The report API's address, from what people write: `http://host:8080`, with a slash, behind a proxy's path, or whole.
package struct ReportEndpoint: Sendable, Equatable {
    package static let path = "/upbot/api/ReportBehaviorData"

    package let url: String
    /// `host:port`, for messages.
    package let authority: String

    package init(_ text: String) throws(ReportError) {
        guard let parsed = URL(string: text), let scheme = parsed.scheme?.lowercased(), let host = parsed.host(),
            ["http", "https"].contains(scheme), !host.isEmpty, parsed.query == nil, parsed.fragment == nil
        else { throw .invalidURL(text) }
        authority = host + (parsed.port.map { ":\($0)" } ?? "")
        var base = Substring(text)
        while base.last == "/" { base.removeLast() }
        url = base.hasSuffix("/ReportBehaviorData") ? String(base) : base + Self.path
    }
}
