/// Takes a chunked body apart (RFC 9112 7.1), strictly: CRLF only, hexadecimal sizes without sign or space, bounded
/// extensions and trailers.
struct ChunkedBody {
    private(set) var bytes: [UInt8] = []
    private var state = State.size
    private let limitBytes: Int

    enum Failure: Error { case malformed, tooLarge }

    private enum State: Equatable {
        case size
        case data(remaining: Int)
        case dataEnd
        case trailer(bytes: Int)
        case ended
    }

    /// A longer size line or trailer section is refused.
    private static let lineLimitBytes = 4096

    init(limitBytes: Int) {
        self.limitBytes = limitBytes
    }

    var hasEnded: Bool { state == .ended }

    /// Takes what it can of `input`; returns how many bytes. Zero: it needs more.
    mutating func consume(_ input: UnsafeRawBufferPointer) throws(Failure) -> Int {
        var position = 0
        while state != .ended {
            switch state {
            case .size:
                guard let line = try Self.line(in: input, from: position) else { return position }
                let size = try Self.size(UnsafeRawBufferPointer(rebasing: input[line.text]))
                position = line.next
                guard bytes.count + size <= limitBytes else { throw .tooLarge }
                state = size == 0 ? .trailer(bytes: 0) : .data(remaining: size)
            case .data(let remaining):
                let count = min(remaining, input.count - position)
                guard count > 0 else { return position }
                bytes.append(contentsOf: input[position..<position + count])
                position += count
                state = remaining == count ? .dataEnd : .data(remaining: remaining - count)
            case .dataEnd:
                guard input.count - position >= 2 else { return position }
                guard input[position] == 0x0D, input[position + 1] == 0x0A else { throw .malformed }
                position += 2
                state = .size
            case .trailer(let count):
                guard let line = try Self.line(in: input, from: position) else { return position }
                let total = count + line.text.count
                guard total <= Self.lineLimitBytes else { throw .malformed }
                position = line.next
                state = line.text.isEmpty ? .ended : .trailer(bytes: total)
            case .ended: break
            }
        }
        return position
    }

    private static func line(
        in input: UnsafeRawBufferPointer,
        from start: Int
    ) throws(Failure) -> (text: Range<Int>, next: Int)? {
        guard let newline = input[start...].firstIndex(of: 0x0A) else {
            guard input.count - start <= lineLimitBytes else { throw .malformed }
            return nil
        }
        guard newline > start, input[newline - 1] == 0x0D, newline - start <= lineLimitBytes else { throw .malformed }
        return (start..<(newline - 1), newline + 1)
    }

    private static func size(_ line: UnsafeRawBufferPointer) throws(Failure) -> Int {
        var size = 0
        var digits = 0
        for byte in line {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            case UInt8(ascii: ";") where digits > 0: return size
            default: throw .malformed
            }
            digits += 1
            guard digits <= 8 else { throw .malformed }
            size = size << 4 | Int(digit)
        }
        guard digits > 0 else { throw .malformed }
        return size
    }
}
