import FootprintClient
import Foundation

/// Keeps every connection busy with one request after the other and measures how long each takes.
///
/// Shares its processors with the server it measures, so it does as little as it can: one thread, poll, requests
/// rendered beforehand, nothing allocated for a request. Blocks its thread. A poll of 64 sockets takes some 3 µs and
/// finds several answers at once, so it stays under 3 % of a processor at 50,000 reports/s.
final class LoadGenerator {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    struct Outcome: Sendable {
        /// Answers with ret 0 in the measured time.
        var accepted = 0
        var otherAnswers = 0
        /// One of the other answers, or of the connections that broke, to tell why.
        var example: String?
        var seconds = 0.0
        /// Nanoseconds from the first byte written to the answer read.
        var latency = LatencyHistogram()
        /// Accepted from first to last, outside the measured time too.
        var acceptedInAll = 0
        /// What ``run(warmUpSeconds:seconds:probe:)``'s probe said at both ends of the measured time.
        var probes: (start: Double?, end: Double?) = (nil, nil)
    }

    private let watched: UnsafeMutableBufferPointer<pollfd>
    private let connections: UnsafeMutableBufferPointer<Connection>
    private var nextUID: UInt64
    private let uidOffset: Int
    private let done: Counter

    /// - Parameter done: counts accepted reports for a progress line.
    init(
        host: String,
        port: Int,
        connections count: Int,
        template: RequestTemplate,
        firstUID: UInt64,
        done: Counter
    ) throws(Failure) {
        // A server that goes away is an error to report, not a signal to die of.
        signal(SIGPIPE, SIG_IGN)
        watched = .allocate(capacity: count)
        connections = .allocate(capacity: count)
        nextUID = firstUID
        uidOffset = template.uidOffset
        self.done = done
        for index in 0..<count {
            // Whatever was made so far is freed by the end of a process that this failure ends.
            let descriptor = try Self.connect(host: host, port: port)
            connections.initializeElement(at: index, to: Connection(descriptor, template))
            watched.initializeElement(at: index, to: pollfd(fd: descriptor, events: Self.readable, revents: 0))
        }
    }

    deinit {
        for connection in connections { connection.free() }
        connections.deallocate()
        watched.deallocate()
    }

    /// - Parameter probe: asked at the start and the end of the measured time.
    func run(warmUpSeconds: Double, seconds: Double, probe: () -> Double?) throws(Failure) -> Outcome {
        var outcome = Outcome()
        var busy = 0
        for index in connections.indices {
            try send(index)
            busy += 1
        }
        let begin = Self.nanoseconds()
        let measureFrom = begin + UInt64(warmUpSeconds * 1e9)
        var measuredFrom: UInt64?
        var measureTo = UInt64.max
        var isStopping = false
        while busy > 0 {
            let count = poll(watched.baseAddress, nfds_t(watched.count), 200)
            let now = Self.nanoseconds()
            if measuredFrom == nil, now >= measureFrom {
                measuredFrom = now
                measureTo = now + UInt64(seconds * 1e9)
                outcome.probes.start = probe()
            }
            if !isStopping, now >= measureTo {
                isStopping = true
                outcome.seconds = Double(now - (measuredFrom ?? begin)) / 1e9
                outcome.probes.end = probe()
            }
            // What is on its way is waited for: the server counts it too.
            if isStopping, now > measureTo + 10_000_000_000 { break }
            guard count > 0 else { continue }
            for index in watched.indices where watched[index].revents != 0 {
                let ready = watched[index].revents
                if ready & Self.writable != 0 { try flush(index) }
                guard ready & ~Self.writable != 0 else { continue }
                guard try receive(index) else { continue }
                let end = Self.nanoseconds()
                let isMeasured = measuredFrom != nil && !isStopping
                if connections[index].answerIsAccepted {
                    outcome.acceptedInAll += 1
                    if isMeasured {
                        outcome.accepted += 1
                        outcome.latency.record(end - connections[index].startedNanoseconds)
                        done.value = outcome.accepted
                    }
                } else {
                    if isMeasured { outcome.otherAnswers += 1 }
                    if outcome.example == nil { outcome.example = connections[index].answerText }
                }
                if isStopping { busy -= 1 } else { try send(index) }
            }
        }
        return outcome
    }

    private func send(_ index: Int) throws(Failure) {
        RequestTemplate.write(nextUID, at: connections[index].request + uidOffset)
        nextUID += 1
        connections[index].begin(Self.nanoseconds())
        try flush(index)
    }

    private func flush(_ index: Int) throws(Failure) {
        switch connections[index].write() {
        case .complete: watched[index].events = Self.readable
        case .blocked: watched[index].events = Self.readable | Self.writable
        case .broken(let reason): throw Failure(description: "the server broke a connection: \(reason)")
        }
    }

    private static let readable = Int16(POLLIN)
    private static let writable = Int16(POLLOUT)

    /// Returns whether the answer is there as a whole.
    private func receive(_ index: Int) throws(Failure) -> Bool {
        switch connections[index].read() {
        case .complete: return true
        case .blocked: return false
        case .broken(let reason): throw Failure(description: "the server broke a connection: \(reason)")
        }
    }

    private static func nanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private static func connect(host: String, port: Int) throws(Failure) -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = streamSocket
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let found else {
            throw Failure(description: "there is no host \(host)")
        }
        defer { freeaddrinfo(found) }
        var reason = "no address"
        var candidate: UnsafeMutablePointer<addrinfo>? = found
        while let address = candidate {
            let descriptor = socket(address.pointee.ai_family, address.pointee.ai_socktype, 0)
            if descriptor >= 0, systemConnect(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 {
                var on: Int32 = 1
                setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
                _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
                return descriptor
            }
            reason = String(cString: strerror(errno))
            if descriptor >= 0 { close(descriptor) }
            candidate = address.pointee.ai_next
        }
        throw Failure(description: "cannot connect to \(host):\(port): \(reason)")
    }
}

/// One keep-alive connection with its own copy of the request and room for an answer.
private struct Connection {
    enum Progress {
        case complete, blocked
        case broken(String)
    }

    private static let answerBytes = 4_096

    let descriptor: Int32
    let request: UnsafeMutablePointer<UInt8>
    private(set) var startedNanoseconds: UInt64 = 0
    private let requestBytes: Int
    private var writtenBytes = 0
    private let answer: UnsafeMutablePointer<UInt8>
    private var readBytes = 0

    init(_ descriptor: Int32, _ template: RequestTemplate) {
        self.descriptor = descriptor
        requestBytes = template.bytes.count
        let request = UnsafeMutablePointer<UInt8>.allocate(capacity: requestBytes)
        template.bytes.withUnsafeBufferPointer { bytes in
            if let base = bytes.baseAddress { request.initialize(from: base, count: bytes.count) }
        }
        self.request = request
        answer = .allocate(capacity: Self.answerBytes)
        answer.initialize(repeating: 0, count: Self.answerBytes)
    }

    func free() {
        close(descriptor)
        request.deallocate()
        answer.deallocate()
    }

    mutating func begin(_ nanoseconds: UInt64) {
        startedNanoseconds = nanoseconds
        writtenBytes = 0
        readBytes = 0
    }

    mutating func write() -> Progress {
        while writtenBytes < requestBytes {
            let count = send(descriptor, request + writtenBytes, requestBytes - writtenBytes, 0)
            if count > 0 {
                writtenBytes += count
            } else if errno == EAGAIN {
                return .blocked
            } else if errno != EINTR {
                return .broken(String(cString: strerror(errno)))
            }
        }
        return .complete
    }

    mutating func read() -> Progress {
        let count = recv(descriptor, answer + readBytes, Self.answerBytes - readBytes, 0)
        guard count > 0 else {
            if count == 0 { return .broken("closed before an answer") }
            return errno == EAGAIN || errno == EINTR ? .blocked : .broken(String(cString: strerror(errno)))
        }
        readBytes += count
        guard let wholeBytes else { return readBytes < Self.answerBytes ? .blocked : .broken("an answer too long") }
        guard readBytes >= wholeBytes else { return .blocked }
        return .complete
    }

    /// Head and body together, once the head is there.
    private var wholeBytes: Int? {
        guard let headBytes = end(of: "\r\n\r\n", within: readBytes) else { return nil }
        // "Content-Length: 18", in whatever case it begins.
        guard var digit = end(of: "ength:", within: headBytes) else { return headBytes }
        while answer[digit] == 0x20 { digit += 1 }
        var length = 0
        while case let value = answer[digit] &- UInt8(ascii: "0"), value < 10 {
            length = length * 10 + Int(value)
            digit += 1
        }
        return headBytes + length
    }

    var answerIsAccepted: Bool { end(of: "\"ret\":0,", within: readBytes) != nil }

    /// Where the first occurrence of `needle` in the answer's first `count` bytes ends.
    private func end(of needle: StaticString, within count: Int) -> Int? {
        let length = needle.utf8CodeUnitCount
        guard count >= length else { return nil }
        for start in 0...(count - length) where answer[start] == needle.utf8Start.pointee {
            if memcmp(answer + start, needle.utf8Start, length) == 0 { return start + length }
        }
        return nil
    }

    var answerText: String {
        let text = String(decoding: UnsafeBufferPointer(start: answer, count: readBytes), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
    }
}

#if canImport(Darwin)
private let streamSocket = SOCK_STREAM
#else
private let streamSocket = Int32(SOCK_STREAM.rawValue)
#endif

private func systemConnect(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
    connect(descriptor, address, length)
}
