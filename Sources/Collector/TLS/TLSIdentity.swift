import CTLS
import Synchronization

#if canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The server's certificate and key, as files that may be renewed while it runs: connections that begin later have the
/// new ones.
package final class TLSIdentity: Sendable {
    package let certificatePath: String
    package let keyPath: String
    private let current: Mutex<Loaded>

    private struct Loaded {
        var context: TLSContext
        var madeAt = ContinuousClock.now
        var stamps: [Stamp]
        /// Files that could not be used: not tried again while they stay as they are. Empty where one was missing.
        var refused: [Stamp]?
    }

    /// Reads both files. Throws where they are missing, are no PEM, or do not belong together.
    package init(certificate: String, key: String) throws(TLSError) {
        certificatePath = certificate
        keyPath = key
        let stamps = try Self.stamps(certificate, key)
        let context = try TLSContext(certificate: certificate, key: key)
        current = Mutex(Loaded(context: context, stamps: stamps))
    }

    /// Takes over files that were changed; true where it did. Once a day reads them anyway: a context keeps the keys of
    /// its session tickets, and whoever learns such a key can read what was said under it. Throws, once for each state of the files, where they
    /// cannot be used: the old ones stay in force, which is right while somebody has replaced one of the two.
    package func reloadIfChanged() throws(TLSError) -> Bool {
        try current.withLock { (current) throws(TLSError) in
            let stamps: [Stamp]
            do throws(TLSError) {
                stamps = try Self.stamps(certificatePath, keyPath)
            } catch {
                guard current.refused != [] else { return false }
                current.refused = []
                throw error
            }
            let isChanged = stamps != current.stamps
            let isOld = current.madeAt.duration(to: .now) > Self.ticketKeysLifetime
            guard isChanged || isOld, stamps != current.refused else { return false }
            do throws(TLSError) {
                current.context = try TLSContext(certificate: certificatePath, key: keyPath)
            } catch {
                current.refused = stamps
                throw error
            }
            current.madeAt = .now
            current.stamps = stamps
            current.refused = nil
            return isChanged
        }
    }

    private static let ticketKeysLifetime = Duration.seconds(86_400)

    /// The server's end of a new connection; nil where memory is short.
    func accept() -> TLSSession? {
        current.withLock { $0.context }.accept()
    }

    private struct Stamp: Equatable {
        var inode: UInt64
        var sizeBytes: Int64
        var seconds: Int
        var nanoseconds: Int
    }

    private static func stamps(_ paths: String...) throws(TLSError) -> [Stamp] {
        var stamps: [Stamp] = []
        for path in paths {
            var status = stat()
            guard stat(path, &status) == 0 else {
                throw TLSError(description: "cannot read \(path): \(String(cString: strerror(errno)))")
            }
            stamps.append(
                Stamp(
                    inode: UInt64(status.st_ino),
                    sizeBytes: Int64(status.st_size),
                    seconds: Int(status.st_mtim.tv_sec),
                    nanoseconds: Int(status.st_mtim.tv_nsec)
                )
            )
        }
        return stamps
    }
}

/// Why a certificate and its key cannot be used: one sentence.
package struct TLSError: Error, Sendable, CustomStringConvertible {
    package let description: String
}

/// OpenSSL's context: one certificate, one key, the rules.
private final class TLSContext: @unchecked Sendable {
    // Sendable: OpenSSL counts references to it atomically, and nothing is set after it was made.
    private let context: OpaquePointer

    init(certificate: String, key: String) throws(TLSError) {
        var reason = [CChar](repeating: 0, count: 256)
        guard let context = footprint_tls_context_create(certificate, key, &reason, reason.count) else {
            let end = reason.firstIndex(of: 0) ?? reason.count
            let text = String(decoding: reason[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw TLSError(description: "cannot use the certificate \(certificate) with the key \(key): \(text)")
        }
        self.context = context
    }

    deinit { footprint_tls_context_free(context) }

    func accept() -> TLSSession? {
        footprint_tls_accept(context).map { TLSSession($0) }
    }
}
