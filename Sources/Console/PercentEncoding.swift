/// Percent-encoding read strictly: what is not well formed is refused, never guessed at.
enum PercentEncoding {
    struct Malformed: Error, Equatable {
        var detail: String
    }

    /// The parameters of a query string in `application/x-www-form-urlencoded` form, in order: `+` is a space, a name
    /// without `=` has an empty value, empty pieces (`a=1&&b=2`) say nothing.
    static func parameters(of query: String) throws(Malformed) -> [(name: String, value: String)] {
        var parameters: [(name: String, value: String)] = []
        for piece in query.utf8.split(separator: UInt8(ascii: "&")) {
            let name = piece.prefix { $0 != UInt8(ascii: "=") }
            let value = piece.dropFirst(name.count + 1)
            let decodedName = try decode(name, plusIsSpace: true, named: "a parameter's name")
            parameters.append(
                (decodedName, try decode(value, plusIsSpace: true, named: decodedName))
            )
        }
        return parameters
    }

    /// The segments of a path. Split before decoding, so that `%2F` stays part of its segment.
    static func segments(ofPath path: Substring) throws(Malformed) -> [String] {
        var segments: [String] = []
        for piece in path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            segments.append(try decode(piece, plusIsSpace: false, named: "path"))
        }
        return segments
    }

    private static func decode(
        _ encoded: some Collection<UInt8>,
        plusIsSpace: Bool,
        named name: String
    ) throws(Malformed) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(encoded.count)
        var rest = encoded.makeIterator()
        while let byte = rest.next() {
            if byte == UInt8(ascii: "%") {
                guard let high = hexDigit(rest.next()), let low = hexDigit(rest.next()) else {
                    throw Malformed(detail: "\(name): % must be followed by two hexadecimal digits")
                }
                bytes.append(high << 4 | low)
            } else if byte == UInt8(ascii: "+"), plusIsSpace {
                bytes.append(UInt8(ascii: " "))
            } else {
                bytes.append(byte)
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Malformed(detail: "\(name): not UTF-8")
        }
        return text
    }

    private static func hexDigit(_ byte: UInt8?) -> UInt8? {
        switch byte {
        case .some(let byte) where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte): byte - UInt8(ascii: "0")
        case .some(let byte) where (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte): byte - UInt8(ascii: "a") + 10
        case .some(let byte) where (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
