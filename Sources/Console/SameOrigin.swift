import HTTPTypes
import Hummingbird

/// Whether a request that changes something was made by this site's own page.
///
/// Browsers say so themselves: `Sec-Fetch-Site` where they know it, `Origin` everywhere else. A client that sends
/// neither is no browser, so no page abuses it.
enum SameOrigin {
    enum Verdict {
        case proven
        /// Neither header: not a browser.
        case unclaimed
        case crossSite
    }

    static func verdict(on request: Request) -> Verdict {
        if let site = request.headers[.secFetchSite] {
            return site == "same-origin" ? .proven : .crossSite
        }
        guard let origin = request.headers[.origin] else { return .unclaimed }
        // A proxy may speak https outside and http inside, so host and port decide and the scheme does not.
        let host = origin.split(separator: "/", maxSplits: 2).last.map(String.init)
        guard let host, let authority = request.head.authority, !authority.isEmpty else { return .crossSite }
        return host.lowercased() == authority.lowercased() ? .proven : .crossSite
    }
}

extension HTTPField.Name {
    fileprivate static let secFetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .origin
}
