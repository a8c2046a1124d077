/// A request's head as text, for those who take requests over. The head was checked by ``RequestHead``.
struct HeadFields {
    var method = ""
    var target = ""
    var headers: [(name: String, value: String)] = []

    init(_ head: UnsafeRawBufferPointer) {
        for line in head.split(separator: 0x0A) {
            let text = line.last == 0x0D ? line.dropLast() : line
            guard !text.isEmpty else { continue }
            if method.isEmpty {
                let parts = text.split(separator: 0x20)
                guard parts.count == 3 else { return }
                method = String(decoding: parts[0], as: UTF8.self)
                target = String(decoding: parts[1], as: UTF8.self)
            } else if let colon = text.firstIndex(of: UInt8(ascii: ":")) {
                let value = text[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
                let end = value.lastIndex { $0 != 0x20 && $0 != 0x09 }.map { $0 + 1 } ?? value.startIndex
                headers.append(
                    (
                        String(decoding: text[..<colon], as: UTF8.self),
                        String(decoding: value[..<end], as: UTF8.self)
                    )
                )
            }
        }
    }
}
