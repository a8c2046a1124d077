/// How much of a client's address is kept with its reports (`--store-address`). Nothing unless asked: an address is
/// personal data, and no question needs it.
package enum StoredAddress: String, Sendable, CaseIterable {
    case none, truncated, full

    /// What is kept; nil where nothing is. The address is only looked up where it is kept.
    func text(of address: () -> InternetAddress?) -> String? {
        switch self {
        case .none: nil
        case .truncated: address()?.truncated.description
        case .full: address()?.description
        }
    }
}
