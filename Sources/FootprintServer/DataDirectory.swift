import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The folder that holds everything, opened by one process at a time.
///
/// The lock is the kernel's (`flock`): it goes with the process however that ends, so a crash leaves nothing to clean.
final class DataDirectory: Sendable {
    let path: String
    private let lock: Int32

    var journal: String { path + "/journal" }
    var loader: String { path + "/loader" }
    var store: String { path + "/store" }
    /// Files on their way out, each for a moment; empty when a process begins.
    var exports: String { path + "/exports" }
    var serveFile: String { path + "/serve.json" }

    init(_ relativePath: String) throws(StartFailure) {
        // The engine reads a relative path from its own folder, not from where the command was typed.
        let path = URL(filePath: relativePath).standardizedFileURL.path(percentEncoded: false)
        self.path = path
        for folder in ["", "/journal", "/loader", "/store"] {
            try Self.makeFolder(path + folder)
        }
        let lockPath = path + "/lock"
        lock = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else {
            throw StartFailure("the data directory \(path) cannot be written to: \(String(cString: strerror(errno)))")
        }
        // A command that asks whether a server runs holds it for an instant.
        var status = flock(lock, LOCK_EX | LOCK_NB)
        for _ in 0..<10 where status != 0 && errno == EWOULDBLOCK {
            usleep(20_000)
            status = flock(lock, LOCK_EX | LOCK_NB)
        }
        guard status == 0 else {
            let reason = errno
            close(lock)
            guard reason == EWOULDBLOCK else {
                throw StartFailure("the data directory \(path) cannot be locked: \(String(cString: strerror(reason)))")
            }
            throw StartFailure(
                "the data directory \(path) is in use by another footprint process; stop it, or choose another --data"
            )
        }
        // What a crash left of files on their way out.
        try? FileManager.default.removeItem(atPath: exports)
        try Self.makeFolder(exports)
    }

    deinit { close(lock) }

    /// Says where the server is, for the commands that ask it. Removed when it stops; after a crash the process id in
    /// it tells that nobody is there.
    func writeServeFile(url: String) throws(StartFailure) {
        let text = #"{"url":"\#(url)","pid":\#(getpid())}"# + "\n"
        do {
            try Data(text.utf8).write(to: URL(filePath: serveFile), options: .atomic)
        } catch {
            throw StartFailure("cannot write \(serveFile): \(error.localizedDescription)")
        }
    }

    func removeServeFile() {
        unlink(serveFile)
    }

    private static func makeFolder(_ path: String) throws(StartFailure) {
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw StartFailure("the data directory \(path) cannot be made: \(reason(error))")
        }
        guard access(path, W_OK | X_OK) == 0 else {
            throw StartFailure("the data directory \(path) cannot be written to: \(String(cString: strerror(errno)))")
        }
    }

    private static func reason(_ error: any Error) -> String {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        if let underlying, underlying.domain == NSPOSIXErrorDomain {
            return String(cString: strerror(Int32(underlying.code)))
        }
        return error.localizedDescription
    }
}
