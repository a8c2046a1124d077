/// Who is at the far end of a request: the socket's peer, or whom a trusted proxy names.
///
/// `X-Forwarded-For` is a list that each proxy appends its client to, and anybody can begin it with anything. So it is
/// read from its end, and the first address that is no trusted proxy's is the client's: nobody before that one could
/// have been checked. From a peer that is not trusted it is not read at all.
package struct ForwardedClient: Equatable {
    package var address: InternetAddress?
    /// The client spoke https, to us or to the trusted proxy.
    package var isSecure: Bool

    package init(
        peer: InternetAddress?,
        isSecure: Bool,
        head: UnsafeRawBufferPointer,
        trusted: [AddressRange]
    ) {
        address = peer
        self.isSecure = isSecure
        guard !trusted.isEmpty, let peer, Self.isTrusted(peer, trusted) else { return }
        var chain: [Substring] = []
        var proto: String?
        for line in head.split(separator: 0x0A).dropFirst() {
            if let value = Self.value(of: "x-forwarded-for", in: line) {
                chain += value.split(separator: ",", omittingEmptySubsequences: false)
            } else if let value = Self.value(of: "x-forwarded-proto", in: line) {
                proto = value
            }
        }
        for entry in chain.reversed() {
            // What cannot be read, cannot be trusted to name anybody further away.
            guard let found = Self.address(entry) else { break }
            address = found
            guard Self.isTrusted(found, trusted) else { break }
        }
        if let proto { self.isSecure = proto.lowercased() == "https" }
    }

    private static func isTrusted(_ address: InternetAddress, _ trusted: [AddressRange]) -> Bool {
        trusted.contains { $0.contains(address) }
    }

    /// One entry: an address, in brackets or not, with a port or not.
    private static func address(_ entry: Substring) -> InternetAddress? {
        var text = entry[...]
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            return InternetAddress(text[text.index(after: text.startIndex)..<end])
        }
        if let address = InternetAddress(text) { return address }
        guard let colon = text.lastIndex(of: ":") else { return nil }
        return InternetAddress(text[..<colon])
    }

    private static func value(of name: StaticString, in line: Slice<UnsafeRawBufferPointer>) -> String? {
        let count = name.utf8CodeUnitCount
        guard line.count > count, line[line.startIndex + count] == UInt8(ascii: ":") else { return nil }
        for (index, byte) in line.prefix(count).enumerated() where byte | 0x20 != name.utf8Start[index] | 0x20 {
            return nil
        }
        let rest = line.dropFirst(count + 1).drop { $0 == 0x20 || $0 == 0x09 }
        let end = rest.lastIndex { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }
        return String(decoding: rest[rest.startIndex..<(end.map { $0 + 1 } ?? rest.startIndex)], as: UTF8.self)
    }
}
