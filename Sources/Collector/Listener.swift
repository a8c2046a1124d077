import CFootprint

#if canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A socket that connections come in by.
package struct ListeningSocket: Sendable {
    package let descriptor: Int32
    /// The one asked for, unless that was 0.
    package let port: Int

    /// Binds the first of the host's addresses that can be bound, and listens.
    package init(host: String, port: Int) throws(SocketError) {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &found)
        guard status == 0 else {
            throw SocketError("resolve \(host)", reason: String(cString: gai_strerror(status)))
        }
        defer { freeaddrinfo(found) }
        var failure = SocketError("resolve \(host)", reason: "no address")
        var next = found
        while let address = next {
            do throws(SocketError) {
                descriptor = try Self.listen(address.pointee)
                self.port = Self.boundPort(descriptor) ?? port
                return
            } catch {
                failure = error
            }
            next = address.pointee.ai_next
        }
        throw failure
    }

    package func close() { closeDescriptor(descriptor) }

    private static func listen(_ address: addrinfo) throws(SocketError) -> Int32 {
        let flags = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.ai_family, flags, 0)
        guard descriptor >= 0 else { throw SocketError("make a socket") }
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, address.ai_addr, address.ai_addrlen) == 0,
            Self.listen(descriptor)
        else {
            let error = SocketError("bind")
            closeDescriptor(descriptor)
            throw error
        }
        return descriptor
    }

    private static func listen(_ descriptor: Int32) -> Bool {
        #if canImport(Musl)
        Musl.listen(descriptor, 1024) == 0
        #else
        Glibc.listen(descriptor, 1024) == 0
        #endif
    }

    private static func boundPort(_ descriptor: Int32) -> Int? {
        var address = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        guard status == 0 else { return nil }
        return withUnsafePointer(to: &address) { pointer in
            // The port stands at the same place in both kinds of Internet address.
            pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { Int(UInt16(bigEndian: $0.pointee.sin_port)) }
        }
    }
}

/// Accepts connections on a thread of its own, so that a loop that waits for the disk keeps nobody out.
final class Listener: SocketLoop.Handler, @unchecked Sendable {
    // Sendable: what changes is touched on its loop only.

    private let socket: ListeningSocket
    private let loop: SocketLoop
    private let accepted: (Int32) -> Void
    private var isPaused = false

    /// - Parameter accepted: takes over a connection's descriptor, which does not block. Called on the listener's thread.
    init(_ socket: ListeningSocket, accepted: @escaping (Int32) -> Void) throws(SocketError) {
        self.socket = socket
        self.accepted = accepted
        loop = try SocketLoop()
        loop.tick = { self.resume() }
        try loop.serve(socket.descriptor, self)
        loop.start(name: "accept")
    }

    func readable() {
        while true {
            let descriptor = footprint_accept(socket.descriptor)
            if descriptor >= 0 {
                accepted(descriptor)
                continue
            }
            switch errno {
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return pause()
            case EAGAIN: return
            // The client has gone already, or a signal came: the next one waits.
            default: continue
            }
        }
    }

    func writable() {}

    /// Out of descriptors or memory: asking again at once would only burn the processor.
    private func pause() {
        isPaused = true
        loop.change(socket.descriptor, to: [])
        loop.startTicking()
    }

    private func resume() {
        guard isPaused else { return }
        isPaused = false
        loop.stopTicking()
        loop.change(socket.descriptor, to: .reading)
    }

    /// Takes no more connections; once only.
    func close() {
        loop.execute { [self] in loop.release(socket.descriptor) }
        loop.stop()
        socket.close()
    }
}
