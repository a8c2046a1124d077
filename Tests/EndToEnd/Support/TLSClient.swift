import CTLS
import Foundation

/// The client's end of a TLS connection over a blocking socket.
final class TLSClient {
    private let session: OpaquePointer
    private let socket: Int32
    /// Received bytes, lent to the session until it wants more.
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

    /// Shakes hands; the server must prove that it is `localhost` by a certificate of this authority.
    init(_ socket: Int32, authority: TestAuthority, offering name: String) throws(HTTPConnection.Failure) {
        guard let session = footprint_tls_connect(authority.certificate, "localhost", name) else {
            throw .noConnection("cannot begin TLS")
        }
        self.session = session
        self.socket = socket
        // Nothing was said yet, so what can be read is the handshake alone.
        while footprint_tls_is_open(session) == 0 {
            var none: UInt8 = 0
            let count = footprint_tls_read(session, &none, 0)
            guard sendOutput() else { throw .noConnection("the handshake was cut") }
            if footprint_tls_is_open(session) != 0 { break }
            guard count == footprint_tls_wants_more || count == 0 else { throw .noConnection("the handshake failed") }
            guard try fill() else { throw .noConnection("the handshake was refused") }
        }
        guard sendOutput() else { throw .noConnection("the handshake was cut") }
    }

    deinit {
        footprint_tls_free(session)
        input.deallocate()
    }

    /// Sends bytes; false where the connection is gone.
    func send(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let piece = rest.prefix(16 << 10)
            let isSaid = piece.withUnsafeBytes { footprint_tls_write(session, $0.baseAddress, Int32($0.count)) == 1 }
            guard isSaid, sendOutput() else { return false }
            rest = rest.dropFirst(piece.count)
        }
        return true
    }

    /// Says that nothing more will be sent.
    func finish() {
        footprint_tls_end(session)
        _ = sendOutput()
    }

    /// What the server said next; empty at its end.
    func receive() throws(HTTPConnection.Failure) -> [UInt8] {
        var said = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = said.withUnsafeMutableBytes { footprint_tls_read(session, $0.baseAddress, Int32($0.count)) }
            if count > 0 { return Array(said.prefix(Int(count))) }
            _ = sendOutput()
            if count == footprint_tls_ended { return [] }
            guard count == footprint_tls_wants_more else { throw .receiveFailed("TLS failed") }
            guard try fill() else { return [] }
        }
    }

    /// Waits for bytes from the socket; false at its end.
    private func fill() throws(HTTPConnection.Failure) -> Bool {
        while true {
            let count = recv(socket, input.baseAddress, input.count, 0)
            if count > 0 {
                footprint_tls_feed(session, input.baseAddress, count)
                return true
            }
            if count == 0 { return false }
            switch errno {
            case EINTR: continue
            case EAGAIN: throw .timedOut
            default: throw .receiveFailed(String(cString: strerror(errno)))
            }
        }
    }

    private func sendOutput() -> Bool {
        var output: UnsafeRawPointer?
        let count = footprint_tls_output(session, &output)
        var sent = 0
        while sent < count, let output {
            let step = Foundation.send(socket, output + sent, count - sent, Int32(MSG_NOSIGNAL))
            guard step > 0 else {
                if errno == EINTR { continue }
                return false
            }
            sent += step
        }
        footprint_tls_sent(session)
        return true
    }
}
