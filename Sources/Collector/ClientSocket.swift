import NIOCore

#if canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A client's socket on its loop: hands on what comes, sends at once what it can, and keeps what the system does not
/// take yet. Used on the loop's thread.
final class ClientSocket: SocketLoop.Handler {
    private let descriptor: Int32
    private let loop: SocketLoop
    /// Who serves it; another, once the client has chosen HTTP/2.
    unowned var connection: any ClientConnection
    private var tls: TLSSession?
    private var hasHeard = false
    private var isGreeted = false
    private var interest = SocketLoop.Interest.reading
    private var pending = ByteBuffer()
    private var whenSent: [(Result<Void, any Error>) -> Void] = []
    private(set) var isClosed = false
    private var sawEnd = false

    /// When bytes that wait last became fewer, in the loop's steady seconds.
    private(set) var sentAt = 0

    /// Bytes that wait for a slow client, over which nothing more is taken from it.
    private static let highWaterBytes = 64 << 10

    struct Closed: Error {}

    /// What a connection must know of the TLS below it.
    protocol TLSGreeter: ClientConnection {
        /// Both sides chose HTTP/2, and nothing was said yet: from here on the bytes are another connection's.
        func choseHTTP2()
        /// The client began in the clear.
        func spokeInTheClear()
    }
    private weak var greeter: (any TLSGreeter)?

    /// Takes over the descriptor, which must not block.
    init(
        _ descriptor: Int32,
        loop: SocketLoop,
        tls: TLSSession?,
        connection: any TLSGreeter
    ) throws(SocketError) {
        self.descriptor = descriptor
        self.loop = loop
        self.tls = tls
        isSecure = tls != nil
        self.connection = connection
        greeter = connection
        try loop.serve(descriptor, self)
    }

    /// The connection is encrypted.
    private(set) var isSecure: Bool

    /// Nothing can be said yet.
    var isShakingHands: Bool { tls.map { !$0.isOpen } ?? false }

    /// The other end's address; nil where it is not an Internet address, or the client has gone.
    private(set) lazy var peer: InternetAddress? = {
        guard !isClosed else { return nil }
        var address = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &size) }
        }
        return status == 0 ? InternetAddress(address) : nil
    }()

    var isWritable: Bool { pending.readableBytes < Self.highWaterBytes }
    var hasUnsent: Bool { pending.readableBytes > 0 }

    // MARK: - Reading

    var isReading: Bool {
        get { interest.contains(.reading) }
        set {
            guard !isClosed, newValue != isReading else { return }
            if newValue { interest.insert(.reading) } else { interest.remove(.reading) }
            loop.change(descriptor, to: interest)
        }
    }

    /// One read a turn: a second would nearly always find nothing, and other connections wait for it.
    func readable() {
        guard !isClosed else { return }
        let count = recv(descriptor, loop.readBuffer.baseAddress, loop.readBuffer.count, 0)
        if count > 0 {
            let bytes = UnsafeRawBufferPointer(rebasing: loop.readBuffer[..<count])
            if let tls { received(bytes, tls) } else { connection.received(bytes) }
        } else if count == 0 {
            ended()
        } else if errno != EAGAIN, errno != EINTR {
            close()
        }
    }

    private func ended() {
        // The end stays readable for ever: it is not waited for again. Told a second time nevertheless, it is a hang-up:
        // nobody is there to answer.
        if sawEnd { return close() }
        sawEnd = true
        isReading = false
        connection.inputClosed()
    }

    private func received(_ bytes: UnsafeRawBufferPointer, _ tls: TLSSession) {
        if !hasHeard {
            hasHeard = true
            // A record of a handshake begins with 22 (RFC 8446 5.1), and no HTTP does.
            guard bytes[0] == 22 else {
                self.tls = nil
                isSecure = false
                greeter?.spokeInTheClear()
                return
            }
        }
        let end = tls.receive(bytes) { said in
            if !isGreeted {
                isGreeted = true
                if tls.isHTTP2 { greeter?.choseHTTP2() }
            }
            connection.received(said)
            return !isClosed
        }
        guard !isClosed else { return }
        // What the handshake has to say, or an alert.
        makeRoom()
        tls.takeOutput(&pending)
        flush()
        guard !isClosed else { return }
        switch end {
        case .wantsMore: break
        case .ended: ended()
        case .failed: close()
        }
    }

    // MARK: - Writing

    /// Queues bytes; ``flush()`` sends them.
    func write(_ bytes: ByteBuffer) {
        guard !isClosed else { return }
        makeRoom()
        if let tls {
            guard bytes.withUnsafeReadableBytes({ tls.say($0) }) else { return close() }
            tls.takeOutput(&pending)
        } else if pending.readableBytes == 0 {
            pending = bytes
        } else {
            pending.writeImmutableBuffer(bytes)
        }
    }

    /// Before bytes are put behind those that wait.
    private func makeRoom() {
        if pending.readableBytes == 0 { sentAt = loop.steadySeconds }
        // What was sent already must not stay for as long as a slow reader keeps something waiting.
        if pending.readerIndex > Self.highWaterBytes { pending.discardReadBytes() }
    }

    func flush() {
        guard !isClosed else { return }
        while pending.readableBytes > 0 {
            let sent = pending.withUnsafeReadableBytes { sendBytes(descriptor, $0) }
            if sent < 0 {
                if errno == EINTR { continue }
                guard errno == EAGAIN else { return close() }
                return waitForRoom()
            }
            pending.moveReaderIndex(forwardBy: sent)
            sentAt = loop.steadySeconds
        }
        pending = ByteBuffer()
        if interest.contains(.writing) {
            interest.remove(.writing)
            loop.change(descriptor, to: interest)
        }
        if !whenSent.isEmpty { callBack(.success(())) }
    }

    private func waitForRoom() {
        guard !interest.contains(.writing) else { return }
        interest.insert(.writing)
        loop.change(descriptor, to: interest)
    }

    func writable() {
        guard !isClosed else { return }
        flush()
        if isWritable, !isClosed { connection.becameWritable() }
    }

    /// Sends bytes and calls back once the system took all of them, or the socket closed.
    func send(_ bytes: ByteBuffer, whenSent callBack: @escaping (Result<Void, any Error>) -> Void) {
        guard !isClosed else { return callBack(.failure(Closed())) }
        write(bytes)
        whenSent.append(callBack)
        flush()
    }

    private func callBack(_ result: Result<Void, any Error>) {
        let waiting = whenSent
        whenSent = []
        for callBack in waiting { callBack(result) }
    }

    // MARK: - Ending

    /// Tells the client that nothing more comes; it may still send.
    func closeOutput() {
        guard !isClosed else { return }
        if let tls {
            tls.end()
            tls.takeOutput(&pending)
            flush()
        }
        if !isClosed, !hasUnsent { shutdown(descriptor, Int32(SHUT_WR)) }
    }

    /// Closes at once; safe to repeat.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        if let tls, pending.readableBytes == 0 {
            // Politeness, as far as the system takes it at once: without it the client cannot tell an end from a cut.
            tls.end()
            tls.takeOutput(&pending)
            _ = pending.withUnsafeReadableBytes { sendBytes(descriptor, $0) }
        }
        loop.release(descriptor)
        closeDescriptor(descriptor)
        pending = ByteBuffer()
        callBack(.failure(Closed()))
        connection.socketClosed()
    }
}

/// `send(2)`, where a method has its name.
private func sendBytes(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
}

/// `close(2)`, where a method has its name.
func closeDescriptor(_ descriptor: Int32) {
    close(descriptor)
}
