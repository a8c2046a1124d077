import CTLS
import NIOCore

/// One connection's translation between what a socket carries and what is said. Touches no socket.
final class TLSSession {
    private let session: OpaquePointer

    init(_ session: OpaquePointer) {
        self.session = session
    }

    deinit { footprint_tls_free(session) }

    enum End { case wantsMore, ended, failed }

    /// The handshake is done.
    var isOpen: Bool { footprint_tls_is_open(session) != 0 }
    /// Both sides chose HTTP/2.
    var isHTTP2: Bool { footprint_tls_is_http2(session) != 0 }

    /// Takes received bytes and hands on what they said, a record at a time. Ends early where `said` answers false.
    func receive(_ bytes: UnsafeRawBufferPointer, said: (UnsafeRawBufferPointer) -> Bool) -> End {
        footprint_tls_feed(session, bytes.baseAddress, bytes.count)
        // Nothing may point at them once they are the caller's again.
        defer { footprint_tls_feed(session, nil, 0) }
        return withUnsafeTemporaryAllocation(byteCount: Self.recordBytes, alignment: 16) { record in
            while true {
                let count = footprint_tls_read(session, record.baseAddress, Int32(record.count))
                switch count {
                case footprint_tls_wants_more: return .wantsMore
                case footprint_tls_ended: return .ended
                case _ where count < 0: return .failed
                default:
                    let spoken = UnsafeRawBufferPointer(rebasing: record[..<Int(count)])
                    guard said(spoken) else { return .wantsMore }
                }
            }
        }
    }

    /// Says `bytes`, to be fetched by ``takeOutput(_:)``. False where the connection cannot go on.
    func say(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.recordBytes))
            guard footprint_tls_write(session, piece.baseAddress, Int32(piece.count)) == 1 else { return false }
            rest = rest.dropFirst(piece.count)
        }
        return true
    }

    /// Says that nothing more will be said.
    func end() { footprint_tls_end(session) }

    /// Moves what must be sent behind `bytes`.
    func takeOutput(_ bytes: inout ByteBuffer) {
        var output: UnsafeRawPointer?
        let count = footprint_tls_output(session, &output)
        guard count > 0 else { return }
        bytes.writeBytes(UnsafeRawBufferPointer(start: output, count: count))
        footprint_tls_sent(session)
    }

    /// A record carries at most this (RFC 8446 5.1).
    private static let recordBytes = 16 << 10
}
