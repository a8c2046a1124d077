#if canImport(Musl)
import Musl
#else
import Glibc
#endif

/// An Internet address without a port. An IPv4 address is kept as IPv6 spells it (`::ffff:192.0.2.1`, RFC 4291
/// 2.5.5.2), so that both kinds compare and match alike.
package struct InternetAddress: Sendable, Hashable, CustomStringConvertible {
    fileprivate var high: UInt64
    fileprivate var low: UInt64

    fileprivate static let mappedPrefix: UInt64 = 0xFFFF << 32

    fileprivate init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads `192.0.2.1` or `2001:db8::1`; nil for anything else, names included.
    package init?(_ text: some StringProtocol) {
        let text = String(text)
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(high: 0, low: Self.mappedPrefix | UInt64(UInt32(bigEndian: four.s_addr)))
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        self.init(six)
    }

    /// nil where it is no Internet address.
    init?(_ address: sockaddr_storage) {
        let found = withUnsafePointer(to: address) { pointer -> InternetAddress? in
            switch Int32(address.ss_family) {
            case AF_INET:
                pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    let number = UInt32(bigEndian: $0.pointee.sin_addr.s_addr)
                    return InternetAddress(high: 0, low: Self.mappedPrefix | UInt64(number))
                }
            case AF_INET6:
                pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { InternetAddress($0.pointee.sin6_addr) }
            default: nil
            }
        }
        guard let found else { return nil }
        self = found
    }

    private init(_ address: in6_addr) {
        (high, low) = withUnsafeBytes(of: address) { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }

    private var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// What a limit counts as one client: an IPv4 address, or the /64 that one IPv6 customer has to himself.
    package var network: InternetAddress { isIPv4 ? self : InternetAddress(high: high, low: 0) }

    /// The part that names a household or a firm rather than a device: the /24 of an IPv4 address, the /48 of an IPv6 one.
    package var truncated: InternetAddress {
        isIPv4 ? InternetAddress(high: 0, low: low & ~0xFF) : InternetAddress(high: high & ~0xFFFF, low: 0)
    }

    package var description: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            let written: UnsafePointer<CChar>?
            if isIPv4 {
                var four = in_addr(s_addr: UInt32(truncatingIfNeeded: low).bigEndian)
                written = inet_ntop(AF_INET, &four, text.baseAddress, socklen_t(text.count))
            } else {
                var bytes = (high.bigEndian, low.bigEndian)
                written = inet_ntop(AF_INET6, &bytes, text.baseAddress, socklen_t(text.count))
            }
            return written.map { String(cString: $0) } ?? ""
        }
    }
}

/// A range of addresses, as `--trusted-proxy` names them: `10.0.0.0/8`, `2001:db8::/32`, or one address.
package struct AddressRange: Sendable, Equatable {
    private let base: InternetAddress
    private let bits: Int

    /// nil where the text is no range, or names bits beyond its prefix (`10.0.0.1/8`): one of the two would be a
    /// mistake.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let base = InternetAddress(parts[0]) else { return nil }
        let widest = parts[0].contains(":") ? 128 : 32
        var bits = 128
        if parts.count == 2 {
            guard let given = Int(parts[1]), (0...widest).contains(given), parts[1].first != "+" else { return nil }
            bits = 128 - widest + given
        }
        self.base = base
        self.bits = bits
        guard masked(base) == base else { return nil }
    }

    package func contains(_ address: InternetAddress) -> Bool {
        masked(address) == base
    }

    private func masked(_ address: InternetAddress) -> InternetAddress {
        InternetAddress(
            high: address.high & (bits >= 64 ? ~0 : ~(~0 >> UInt64(bits))),
            low: address.low & (bits >= 128 ? ~0 : bits <= 64 ? 0 : ~(~0 >> UInt64(bits - 64)))
        )
    }
}
