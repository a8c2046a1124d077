import Foundation

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A plain socket: sends exactly these bytes, gives back exactly those that came. Reading waits on a thread of its own,
/// because the server under test may need the tasks' threads to answer.
final class Wire: Sendable {
    private let descriptor: Int32

    init(port: Int) throws {
        #if canImport(Glibc)
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var timeout = timeval(tv_sec: 120, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw Failure.connect(errno) }
    }

    enum Failure: Error { case connect(Int32) }

    deinit { close(descriptor) }

    @discardableResult
    func send(_ text: String) -> Self {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { break }
            sent += count
        }
        return self
    }

    func shutdownWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Reads until `count` occurrences of `mark` came, or the connection ended.
    func read(until mark: String, count: Int = 1) async -> String {
        await offPool { [self] in
            var text = ""
            while text.occurrences(of: mark) < count, let more = readSome() { text += more }
            return text
        }
    }

    /// Reads until the connection ends.
    func readToEnd() async -> String {
        await offPool { [self] in
            var text = ""
            while let more = readSome() { text += more }
            return text
        }
    }

    private func offPool(_ read: @escaping @Sendable () -> String) async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: read()) }
        }
    }

    private func readSome() -> String? {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }
}

extension String {
    func occurrences(of text: String) -> Int { split(separator: text, omittingEmptySubsequences: false).count - 1 }
}
