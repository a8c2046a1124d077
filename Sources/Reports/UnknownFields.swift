/// Names of fields that the contract does not know, as a report had them: what was dropped can be counted, and somebody
/// can be told of it. At most ``limit`` of one report; takes memory only once there is one.
///
///     offset  size
///      0      1    how many
///      …      1    where: 0 the report, 1 its head, 2 its items
///      …      1+n  the name's first 64 bytes: one byte of length, bytes
struct UnknownFields {
    enum Place: UInt8 { case report, head, item }

    private(set) var names: [(place: Place, name: [UInt8])] = []

    static let limit = 16
    static let nameBytes = 64
    /// The most bytes that they take.
    static let boundBytes = 1 + limit * (2 + nameBytes)

    var isEmpty: Bool { names.isEmpty }

    mutating func note(_ name: [UInt8], in place: Place) {
        guard names.count < Self.limit else { return }
        // Cut between characters, so that what is counted is text.
        var end = min(name.count, Self.nameBytes)
        while end < name.count, end > 0, name[end] & 0xC0 == 0x80 { end -= 1 }
        let kept = name[..<end]
        guard !names.contains(where: { $0.place == place && $0.name.elementsEqual(kept) }) else { return }
        names.append((place, Array(kept)))
    }

    /// Writes their encoding; returns its length.
    func encode(into room: UnsafeMutableRawPointer) -> Int {
        room.storeBytes(of: UInt8(names.count), as: UInt8.self)
        var position = 1
        for (place, name) in names {
            room.storeBytes(of: place.rawValue, toByteOffset: position, as: UInt8.self)
            room.storeBytes(of: UInt8(name.count), toByteOffset: position + 1, as: UInt8.self)
            name.withUnsafeBytes { bytes in
                if let base = bytes.baseAddress { (room + position + 2).copyMemory(from: base, byteCount: bytes.count) }
            }
            position += 2 + name.count
        }
        return position
    }
}

extension StoredReport {
    /// A field that was dropped.
    package struct UnknownField {
        /// As a path: `head.colour`, `items.colour`, `colour`.
        package var path: String
    }

    static func unknownFields(_ reader: inout EncodingReader) throws(Unreadable) -> [UnknownField] {
        var fields: [UnknownField] = []
        for _ in 0..<(try reader.byte()) {
            let place = UnknownFields.Place(rawValue: try reader.byte())
            let name = String(decoding: try reader.shortBytes(), as: UTF8.self)
            switch place {
            case .report: fields.append(UnknownField(path: name))
            case .head: fields.append(UnknownField(path: "head.\(name)"))
            case .item: fields.append(UnknownField(path: "items.\(name)"))
            case nil: throw .malformed
            }
        }
        return fields
    }
}
