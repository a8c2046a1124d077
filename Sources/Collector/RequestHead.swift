import Reports

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What the front door needs to know of a request's head. Ranges are bytes of the head; nothing is copied.
struct RequestHead {
    /// Bytes up to and including the empty line.
    var sizeBytes = 0
    var method = Method.other
    var target = Span(start: 0, count: 0)
    var path = Path.other
    var minorVersion = 1
    var contentLength: Int?
    var isChunked = false
    var keepsAlive = true
    var expectsContinue = false
    var contentType = ContentType.missing
    var contentEncoding = ContentEncoding.identity
    var authorization: Span?
    var origin: Span?
    var requestedHeaders: Span?
    /// Without its quotation marks; empty where it is no name, or there were two.
    var idempotencyKey: Span?
    var sequence: Sequence?
    var sentAt: SentAt?
    var userAgent: Span?
    var isDryRun = false
    /// `X-Footprint-Detail: all`.
    var asksForDetail = false
    var returnPreference: ReturnPreference?

    /// A range of the head's bytes.
    struct Span: Equatable {
        var start: Int
        var count: Int
    }

    /// `X-Footprint-Sequence`: the client's name for itself, and its number for this report.
    enum Sequence: Equatable {
        case given(install: Span, number: UInt64)
        case malformed
    }

    /// `X-Footprint-Sent-At`: the client's clock.
    enum SentAt: Equatable {
        case given(milliseconds: UInt64)
        case malformed
    }

    enum Method { case post, options, get, head, other }
    enum Path { case report, other }
    enum ContentType { case missing, json, other }
    enum ContentEncoding { case identity, gzip, other }
    /// What `Prefer: return=…` (RFC 7240) would like an answer to hold.
    enum ReturnPreference { case representation, other }

    var hasBody: Bool { isChunked || (contentLength ?? 0) > 0 }

    var prefersRepresentation: Bool { returnPreference == .representation }
    /// More than the usual answer is wanted: all errors, and what a dry run found.
    var wantsDetail: Bool { asksForDetail || prefersRepresentation }

    enum Outcome {
        /// The empty line has not come yet.
        case incomplete
        case complete(RequestHead)
        /// Not HTTP/1.x as RFC 9112 spells it: answer and close, for what follows cannot be framed.
        case refused(Refusal)
    }

    enum Refusal: Error, Equatable {
        case badRequest
        case headTooLarge
        case versionNotSupported
        case expectationFailed
        case unknownTransferCoding
    }

    /// A longer head is refused.
    static let limitBytes = 16 << 10
    static let reportPath: StaticString = "/upbot/api/ReportBehaviorData"
}

extension RequestHead {
    /// Reads the head that `bytes` begin with (RFC 9112): CRLF only, no folding, no space before a colon, one length.
    static func parse(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        do throws(Refusal) {
            var parser = HeadParser(UnsafeRawBufferPointer(rebasing: bytes.prefix(limitBytes)))
            if try parser.run() { return .complete(parser.head) }
            return bytes.count >= limitBytes ? .refused(.headTooLarge) : .incomplete
        } catch {
            return .refused(error)
        }
    }
}

private struct HeadParser {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    var head = RequestHead()
    private var hosts = 0
    /// Stands for every longer length: far above any limit, and safe to add to.
    private static let largestLength = 1 << 56

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// False where the head is not whole yet.
    mutating func run() throws(RequestHead.Refusal) -> Bool {
        // RFC 9112 2.2: a server should ignore an empty line before the request line.
        while position + 1 < bytes.count, bytes[position] == 0x0D, bytes[position + 1] == 0x0A { position += 2 }
        guard let requestLine = try line() else { return false }
        try parse(requestLine: requestLine)
        while true {
            guard let field = try line() else { return false }
            if field.isEmpty { break }
            try parse(field: field)
        }
        head.sizeBytes = position
        try finish()
        return true
    }

    /// The next line without its CRLF; nil where it has not ended yet.
    @inline(__always)
    private mutating func line() throws(RequestHead.Refusal) -> Range<Int>? {
        guard let base = bytes.baseAddress, position < bytes.count,
            let newline = memchr(base + position, 0x0A, bytes.count - position)
        else { return nil }
        let end = UnsafeRawPointer(newline) - base
        guard end > position, bytes[end - 1] == 0x0D else { throw .badRequest }
        defer { position = end + 1 }
        return position..<(end - 1)
    }

    private mutating func parse(requestLine line: Range<Int>) throws(RequestHead.Refusal) {
        guard let methodEnd = bytes[line].firstIndex(of: 0x20), methodEnd > line.lowerBound else { throw .badRequest }
        for index in line.lowerBound..<methodEnd where !isToken(bytes[index]) { throw .badRequest }
        let targetStart = methodEnd + 1
        guard let targetEnd = bytes[targetStart..<line.upperBound].firstIndex(of: 0x20), targetEnd > targetStart else {
            throw .badRequest
        }
        for index in targetStart..<targetEnd where bytes[index] <= 0x20 || bytes[index] == 0x7F { throw .badRequest }
        let version = UnsafeRawBufferPointer(rebasing: bytes[(targetEnd + 1)..<line.upperBound])
        guard version.count == 8, equals(version[0..<7], "HTTP/1.") else {
            throw version.count == 8 && equals(version[0..<5], "HTTP/") ? .versionNotSupported : .badRequest
        }
        switch version[7] {
        case UInt8(ascii: "1"): head.minorVersion = 1
        case UInt8(ascii: "0"):
            head.minorVersion = 0
            head.keepsAlive = false
        default: throw .versionNotSupported
        }
        let method = bytes[line.lowerBound..<methodEnd]
        if equals(method, "POST") {
            head.method = .post
        } else if equals(method, "GET") {
            head.method = .get
        } else if equals(method, "OPTIONS") {
            head.method = .options
        } else if equals(method, "HEAD") {
            head.method = .head
        }
        head.target = .init(start: targetStart, count: targetEnd - targetStart)
        let pathCount = RequestHead.reportPath.utf8CodeUnitCount
        let target = bytes[targetStart..<targetEnd]
        if target.count >= pathCount, equals(target.prefix(pathCount), RequestHead.reportPath),
            target.count == pathCount || target[targetStart + pathCount] == UInt8(ascii: "?")
        {
            head.path = .report
        }
    }

    private mutating func parse(field: Range<Int>) throws(RequestHead.Refusal) {
        var colon = field.lowerBound
        while colon < field.upperBound, bytes[colon] != UInt8(ascii: ":") {
            guard isToken(bytes[colon]) else { throw .badRequest }
            colon += 1
        }
        guard colon < field.upperBound, colon > field.lowerBound else { throw .badRequest }
        var start = colon + 1
        var end = field.upperBound
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        for index in start..<end where bytes[index] < 0x20 && bytes[index] != 0x09 || bytes[index] == 0x7F {
            throw .badRequest
        }
        let value = start..<end
        let name = bytes[field.lowerBound..<colon]
        // Lengths tell nearly all names apart, so one comparison a field is enough.
        switch name.count {
        case 4 where names(name, "host"): hosts += 1
        case 6 where names(name, "expect"):
            guard names(bytes[value], "100-continue") else { throw .expectationFailed }
            head.expectsContinue = head.minorVersion == 1
        case 6 where names(name, "origin"): head.origin = span(value)
        case 6 where names(name, "prefer"): parse(prefer: value)
        case 10 where names(name, "connection"): parse(connection: value)
        case 10 where names(name, "user-agent"): head.userAgent = span(value)
        case 12 where names(name, "content-type"):
            head.contentType = head.contentType == .missing && isJSON(bytes[value]) ? .json : .other
        case 13 where names(name, "authorization"):
            // Two of them could be read two ways: neither is believed.
            head.authorization = head.authorization == nil ? span(value) : .init(start: start, count: 0)
        case 14 where names(name, "content-length"): try parse(contentLength: value)
        case 15 where names(name, "idempotency-key"): parse(idempotencyKey: value)
        case 16 where names(name, "content-encoding"): parse(contentEncoding: value)
        case 17 where names(name, "transfer-encoding"):
            guard head.minorVersion == 1, !head.isChunked else { throw .badRequest }
            guard names(bytes[value], "chunked") else { throw .unknownTransferCoding }
            head.isChunked = true
        case 18 where names(name, "x-footprint-detail"): head.asksForDetail = names(bytes[value], "all")
        case 19 where names(name, "x-footprint-dry-run"):
            head.isDryRun = value.count == 1 && bytes[start] == UInt8(ascii: "1")
        case 19 where names(name, "x-footprint-sent-at"): parse(sentAt: value)
        case 20 where names(name, "x-footprint-sequence"): parse(sequence: value)
        case 30 where names(name, "access-control-request-headers"): head.requestedHeaders = span(value)
        default: break
        }
    }

    private mutating func parse(contentLength value: Range<Int>) throws(RequestHead.Refusal) {
        // A second length, even the same, is refused: two readers might believe two different ones.
        guard head.contentLength == nil, !value.isEmpty else { throw .badRequest }
        var length = 0
        for index in value {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { throw .badRequest }
            // Any number of digits is a length; one that nobody can mean is too large, not malformed.
            length = min(length * 10 + Int(digit), Self.largestLength)
        }
        head.contentLength = length
    }

    /// A structured string (RFC 9651 3.3.3), as its draft wants it, or the bare name that most clients send.
    private mutating func parse(idempotencyKey value: Range<Int>) {
        var name = value
        let quote = UInt8(ascii: "\"")
        if name.count >= 2, bytes[name.lowerBound] == quote, bytes[name.upperBound - 1] == quote {
            name = (name.lowerBound + 1)..<(name.upperBound - 1)
        }
        let isName = name.count <= ReportLimits.keyBytes && bytes[name].allSatisfy { (0x21...0x7E).contains($0) }
        head.idempotencyKey =
            head.idempotencyKey == nil && isName ? span(name) : .init(start: name.lowerBound, count: 0)
    }

    private mutating func parse(sequence value: Range<Int>) {
        let slash = value.last { bytes[$0] == UInt8(ascii: "/") } ?? value.lowerBound
        guard head.sequence == nil, (1...ReportLimits.installBytes).contains(slash - value.lowerBound),
            bytes[value.lowerBound..<slash].allSatisfy({ (0x21...0x7E).contains($0) }),
            let number = number((slash + 1)..<value.upperBound), number > 0
        else {
            head.sequence = .malformed
            return
        }
        head.sequence = .given(
            install: .init(start: value.lowerBound, count: slash - value.lowerBound),
            number: number
        )
    }

    private mutating func parse(sentAt value: Range<Int>) {
        guard head.sentAt == nil, let number = number(value), number > 0 else {
            head.sentAt = .malformed
            return
        }
        // Seconds reach this number in the year 5138, milliseconds passed it in 1973.
        head.sentAt = .given(milliseconds: number < 100_000_000_000 ? number * 1_000 : number)
    }

    /// Decimal digits and nothing else, up to what a signed 64-bit integer holds.
    private func number(_ digits: Range<Int>) -> UInt64? {
        guard (1...18).contains(digits.count) else { return nil }
        var number: UInt64 = 0
        for index in digits {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            number = number * 10 + UInt64(digit)
        }
        return number
    }

    private mutating func parse(contentEncoding value: Range<Int>) {
        guard head.contentEncoding == .identity else {
            head.contentEncoding = .other
            return
        }
        if names(bytes[value], "gzip") || names(bytes[value], "x-gzip") {
            head.contentEncoding = .gzip
        } else if !names(bytes[value], "identity"), !value.isEmpty {
            head.contentEncoding = .other
        }
    }

    private mutating func parse(connection value: Range<Int>) {
        for option in bytes[value].split(separator: UInt8(ascii: ",")) {
            let word = trimmed(option)
            if names(word, "close") {
                head.keepsAlive = false
            } else if head.minorVersion == 0, names(word, "keep-alive") {
                head.keepsAlive = true
            }
        }
    }

    /// RFC 7240 2: of a preference that stands twice, in one field or in two, the first counts.
    private mutating func parse(prefer value: Range<Int>) {
        for preference in split(bytes[value], at: UInt8(ascii: ",")) where head.returnPreference == nil {
            // What follows a semicolon are parameters, of which this one has none.
            guard let stated = split(preference, at: UInt8(ascii: ";")).first else { continue }
            let parts = stated.split(separator: UInt8(ascii: "="), maxSplits: 1)
            guard let name = parts.first, names(trimmed(name), "return") else { continue }
            let word = parts.count == 2 ? trimmed(parts[1]) : stated.prefix(0)
            let isRepresentation = names(word, "representation") || names(word, "\"representation\"")
            head.returnPreference = isRepresentation ? .representation : .other
        }
    }

    private func finish() throws(RequestHead.Refusal) {
        if head.isChunked, head.contentLength != nil { throw .badRequest }
        // RFC 9112 3.2: a missing Host in 1.1, or two of them, must be refused.
        guard hosts == 1 || (hosts == 0 && head.minorVersion == 0) else { throw .badRequest }
    }

    // MARK: - Bytes

    private func span(_ range: Range<Int>) -> RequestHead.Span {
        .init(start: range.lowerBound, count: range.count)
    }

    /// `application/json`, with or without parameters.
    private func isJSON(_ value: Slice<UnsafeRawBufferPointer>) -> Bool {
        let type = value.prefix { $0 != UInt8(ascii: ";") }
        return names(trimmed(type), "application/json")
    }

    /// The parts between separators, but for those inside a quoted string (RFC 9110 5.6.4).
    private func split(
        _ value: Slice<UnsafeRawBufferPointer>,
        at separator: UInt8
    ) -> [Slice<UnsafeRawBufferPointer>] {
        var isQuoted = false
        var isEscaped = false
        return value.split { byte in
            if isEscaped {
                isEscaped = false
            } else if isQuoted, byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            }
            return byte == separator && !isQuoted
        }
    }

    private func trimmed(_ value: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        var value = value
        while let first = value.first, first == 0x20 || first == 0x09 { value.removeFirst() }
        while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
        return value
    }
}

@inline(__always)
private func equals(_ bytes: Slice<UnsafeRawBufferPointer>, _ text: StaticString) -> Bool {
    guard bytes.count == text.utf8CodeUnitCount, let base = bytes.base.baseAddress else { return false }
    return memcmp(base + bytes.startIndex, text.utf8Start, bytes.count) == 0
}

/// Compares without case; `text` is in lower case.
@inline(__always)
private func names(_ bytes: Slice<UnsafeRawBufferPointer>, _ text: StaticString) -> Bool {
    guard bytes.count == text.utf8CodeUnitCount else { return false }
    var index = 0
    for byte in bytes {
        let lower = byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
        guard lower == text.utf8Start[index] else { return false }
        index += 1
    }
    return true
}

/// RFC 9110 5.6.2. One bit a character: two words for the 128 of ASCII.
@inline(__always)
private func isToken(_ byte: UInt8) -> Bool {
    let low: UInt64 = 0x03FF_6CFA_0000_0000
    let high: UInt64 = 0x57FF_FFFF_C7FF_FFFE
    guard byte < 128 else { return false }
    return (byte < 64 ? low >> UInt64(byte) : high >> UInt64(byte - 64)) & 1 == 1
}
