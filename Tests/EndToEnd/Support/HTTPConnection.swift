import Foundation

/// A client that sends exactly the bytes it is told and reads one response after the other: the tests need requests
/// that no well-behaved library would make.
///
/// Blocking, with a time limit on each wait. Not for two threads at once.
final class HTTPConnection {
    private let socket: Int32
    private var tls: TLSClient?
    private var received: [UInt8] = []

    enum Failure: Error, Equatable, CustomStringConvertible {
        case noConnection(String)
        case sendFailed(String)
        case receiveFailed(String)
        case timedOut
        /// The server closed the connection where a response, or the rest of one, should come.
        case closed(afterBytes: Int)
        case notHTTP(String)

        var description: String {
            switch self {
            case .noConnection(let reason): "could not connect: \(reason)"
            case .sendFailed(let reason): "could not send: \(reason)"
            case .receiveFailed(let reason): "could not receive: \(reason)"
            case .timedOut: "no answer in time"
            case .closed(let count): "the server closed the connection, \(count) bytes into the answer"
            case .notHTTP(let line): "not an HTTP response: \(line)"
            }
        }
    }

    /// - Parameter authority: whose certificate the server must have; nil speaks in the clear.
    init(
        port: Int,
        timeoutSeconds: Int = 30,
        authority: TestAuthority? = TestAuthority.ofThisRun,
        offering protocolName: String = "http/1.1"
    ) throws(Failure) {
        // CLOEXEC: a program started meanwhile must not hold this connection open.
        socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw .noConnection(Self.reason) }
        var limit = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var yes: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = in_addr_t(UInt32(0x7F00_0001).bigEndian)
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        // Everything is initialised here, so that throwing runs deinit, which closes.
        guard code == 0 else { throw .noConnection(Self.reason) }
        if let authority { tls = try TLSClient(socket, authority: authority, offering: protocolName) }
    }

    deinit { close(socket) }

    /// Sends all bytes; fails where the server has closed the connection.
    func send(_ bytes: some Collection<UInt8>) throws(Failure) {
        let bytes = Array(bytes)
        if let tls {
            guard tls.send(bytes[...]) else { throw .sendFailed(Self.reason) }
            return
        }
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Foundation.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw .sendFailed(Self.reason)
            }
            sent += count
        }
    }

    func send(_ text: String) throws(Failure) { try send(Array(text.utf8)) }

    /// Sends as much as the server takes: it may answer and close before it has read everything.
    func sendWhileOpen(_ bytes: some Collection<UInt8>) { try? send(bytes) }

    /// Says that nothing more will be sent, and goes on reading.
    func finishSending() {
        tls?.finish()
        shutdown(socket, Int32(SHUT_WR))
    }

    /// Ends the connection with a reset, as a client does that crashes.
    func reset() {
        var abort = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &abort, socklen_t(MemoryLayout<linger>.size))
    }

    /// The next response, interim ones (1xx) skipped unless asked for.
    func answer(interim: Bool = false, toHead: Bool = false) throws(Failure) -> HTTPAnswer {
        while true {
            let answer = try nextAnswer(toHead: toHead)
            if interim || answer.status >= 200 { return answer }
        }
    }

    /// Waits until the server closes; returns what it still sent. Throws `timedOut` where it keeps the connection.
    func bytesUntilClose() throws(Failure) -> [UInt8] {
        while try receive() {}
        defer { received = [] }
        return received
    }

    /// The next chunk of a response whose head was read by ``answer(interim:toHead:)``; nil after the last one.
    func chunk() throws(Failure) -> [UInt8]? {
        let size = try line()
        guard let count = Int(size.prefix { $0 != ";" }, radix: 16) else { throw .notHTTP(size) }
        let bytes = try take(count)
        _ = try line()
        return count == 0 ? nil : bytes
    }

    /// Exactly so many bytes, whatever they are.
    func bytes(_ count: Int) throws(Failure) -> [UInt8] { try take(count) }

    // MARK: - Reading

    private func nextAnswer(toHead: Bool) throws(Failure) -> HTTPAnswer {
        let statusLine = try line()
        let parts = statusLine.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[0].hasPrefix("HTTP/1."), let status = Int(parts[1]) else {
            throw .notHTTP(statusLine)
        }
        var answer = HTTPAnswer(version: String(parts[0]), status: status, headers: [], body: [])
        while true {
            let field = try line()
            if field.isEmpty { break }
            guard let colon = field.firstIndex(of: ":") else { throw .notHTTP(field) }
            let value = field[field.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            answer.headers.append((String(field[..<colon]), value))
        }
        if toHead || (100..<200).contains(status) || status == 204 || status == 304 { return answer }
        if answer["Transfer-Encoding"]?.lowercased() == "chunked" {
            while true {
                let size = try line()
                guard let count = Int(size.prefix { $0 != ";" }, radix: 16) else { throw .notHTTP(size) }
                if count == 0 { break }
                answer.body += try take(count)
                _ = try line()
            }
            while !(try line()).isEmpty {}
        } else if let length = answer["Content-Length"] {
            guard let count = Int(length) else { throw .notHTTP("Content-Length: \(length)") }
            answer.body = try take(count)
        } else {
            answer.body = try bytesUntilClose()
        }
        return answer
    }

    private func line() throws(Failure) -> String {
        while true {
            if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                var bytes = received[..<end]
                if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
                let text = String(decoding: bytes, as: UTF8.self)
                received.removeSubrange(...end)
                return text
            }
            guard try receive() else { throw .closed(afterBytes: received.count) }
        }
    }

    private func take(_ count: Int) throws(Failure) -> [UInt8] {
        while received.count < count {
            guard try receive() else { throw .closed(afterBytes: received.count) }
        }
        defer { received.removeFirst(count) }
        return Array(received.prefix(count))
    }

    /// Receives what there is; false at the end.
    private func receive() throws(Failure) -> Bool {
        if let tls {
            let bytes = try tls.receive()
            received += bytes
            return !bytes.isEmpty
        }
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = buffer.withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, 0) }
            if count > 0 {
                received += buffer[..<count]
                return true
            }
            if count == 0 { return false }
            switch errno {
            case EINTR: continue
            case EAGAIN: throw .timedOut
            default: throw .receiveFailed(Self.reason)
            }
        }
    }

    private static var reason: String { String(cString: strerror(errno)) }
}
