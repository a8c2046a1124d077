#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Cuts a stream of chunks into lines. Holds one unfinished line at most, of at most `limitBytes`.
package struct LineReader: Sendable {
    /// A line without its end (LF or CR LF), or one that is longer than may be held.
    package enum Line {
        case text(UnsafeRawBufferPointer)
        case tooLong
    }

    private let limitBytes: Int
    private var carried: [UInt8] = []
    private var isOverLong = false
    /// Number of the line that was handed out last, from 1.
    package private(set) var number = 0

    package init(limitBytes: Int) {
        self.limitBytes = limitBytes
    }

    /// Calls `body` with each line that `chunk` ends. The bytes are valid during the call only.
    package mutating func feed<Failure: Error>(
        _ chunk: UnsafeRawBufferPointer,
        _ body: (Int, Line) throws(Failure) -> Void
    ) throws(Failure) {
        var rest = chunk
        while let base = rest.baseAddress, !rest.isEmpty {
            guard let found = memchr(base, 0x0A, rest.count) else {
                carry(rest)
                return
            }
            let length = UnsafeRawPointer(found) - base
            let piece = UnsafeRawBufferPointer(rebasing: rest[..<length])
            rest = UnsafeRawBufferPointer(rebasing: rest[(length + 1)...])
            if carried.isEmpty, !isOverLong {
                try handOut(piece, body)
            } else {
                carry(piece)
                try handOutCarried(body)
            }
        }
    }

    /// The last line, where the stream does not end with a line's end.
    package mutating func finish<Failure: Error>(_ body: (Int, Line) throws(Failure) -> Void) throws(Failure) {
        guard isOverLong || !carried.isEmpty else { return }
        try handOutCarried(body)
    }

    private mutating func carry(_ piece: UnsafeRawBufferPointer) {
        guard !isOverLong, carried.count + piece.count <= limitBytes else {
            isOverLong = true
            carried = []
            return
        }
        carried += piece
    }

    private mutating func handOutCarried<Failure: Error>(
        _ body: (Int, Line) throws(Failure) -> Void
    ) throws(Failure) {
        let line = carried
        let isOverLong = isOverLong
        carried.removeAll(keepingCapacity: carried.capacity <= 1 << 16)
        self.isOverLong = false
        if isOverLong {
            number += 1
            try body(number, .tooLong)
            return
        }
        var failure: Failure?
        line.withUnsafeBytes { bytes in
            do throws(Failure) {
                try handOut(bytes, body)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    private mutating func handOut<Failure: Error>(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (Int, Line) throws(Failure) -> Void
    ) throws(Failure) {
        number += 1
        guard bytes.count <= limitBytes else { return try body(number, .tooLong) }
        var text = bytes
        if text.last == 0x0D { text = UnsafeRawBufferPointer(rebasing: text.dropLast()) }
        // A byte order mark, which Windows programs put in front of the first line.
        if number == 1, text.starts(with: [0xEF, 0xBB, 0xBF]) {
            text = UnsafeRawBufferPointer(rebasing: text.dropFirst(3))
        }
        try body(number, .text(text))
    }
}
