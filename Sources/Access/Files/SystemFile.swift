#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// An open file of the data directory: the few system calls that keep the promise of `AccessDirectory`, with errors
/// that name what was done to which file. Closed when it goes out of scope, which also gives up its lock.
struct SystemFile: ~Copyable {
    let path: String
    private let descriptor: Int32

    enum Mode {
        case read
        /// Fails where the file exists.
        case create
        /// Made where it is missing.
        case readWrite
    }

    init(_ path: String, _ mode: Mode) throws(AccessError) {
        let flags =
            switch mode {
            case .read: O_RDONLY
            case .create: O_WRONLY | O_CREAT | O_EXCL
            case .readWrite: O_RDWR | O_CREAT
            }
        self.path = path
        // O_NONBLOCK: a named pipe in the file's place must not hang us; a regular file ignores it. O_NOFOLLOW: nothing
        // here is a link, unless somebody wants us to write elsewhere.
        descriptor = try retried("open", path) { open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0o600) }
    }

    deinit { _ = close(descriptor) }

    func stamp() throws(AccessError) -> FileStamp {
        var status = stat()
        _ = try retried("look at", path) { fstat(descriptor, &status) }
        return FileStamp(status)
    }

    /// Everything from `offset` to the end.
    func read(from offset: Int = 0) throws(AccessError) -> [UInt8] {
        let sizeBytes = try stamp().sizeBytes
        guard sizeBytes <= AccessLimits.fileBytes else {
            throw .damaged(file: path, reason: "larger than \(AccessLimits.fileBytes) bytes")
        }
        return try read(from: offset, count: max(0, sizeBytes - offset))
    }

    /// `count` bytes from `offset` on, fewer where the file ends.
    func read(from offset: Int, count: Int) throws(AccessError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < bytes.count {
            let count = try retried("read", path) {
                bytes.withUnsafeMutableBytes { bytes in
                    let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[filled...])
                    return pread(descriptor, rest.baseAddress, rest.count, off_t(offset + filled))
                }
            }
            guard count > 0 else { break }
            filled += count
        }
        bytes.removeLast(bytes.count - filled)
        return bytes
    }

    func write(_ bytes: [UInt8], at offset: Int = 0) throws(AccessError) {
        var written = 0
        while written < bytes.count {
            written += try retried("write", path) {
                bytes.withUnsafeBytes { bytes in
                    let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
                    return pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + written))
                }
            }
        }
    }

    func truncate(to sizeBytes: Int) throws(AccessError) {
        _ = try retried("shorten", path) { ftruncate(descriptor, off_t(sizeBytes)) }
    }

    /// Returns once the content is on stable storage.
    func sync() throws(AccessError) {
        #if canImport(Darwin)
        _ = try retried("sync", path) { fcntl(descriptor, F_FULLFSYNC) }
        #else
        _ = try retried("sync", path) { fsync(descriptor) }
        #endif
    }

    func setMode(_ mode: UInt32) throws(AccessError) {
        _ = try retried("set the mode of", path) { fchmod(descriptor, mode_t(mode)) }
    }

    func setOwner(_ owner: FileOwner) throws(AccessError) {
        _ = try retried("set the owner of", path) { fchown(descriptor, owner.user, owner.group) }
    }

    /// Sets the time of the last change to just after that of `earlier`, where it is not later already.
    func setModified(after earlier: FileStamp) throws(AccessError) {
        let now = try stamp()
        guard (now.modifiedSeconds, now.modifiedNanoseconds) <= (earlier.modifiedSeconds, earlier.modifiedNanoseconds)
        else { return }
        var next = timespec()
        let isLastNanosecond = earlier.modifiedNanoseconds == 999_999_999
        next.tv_sec = time_t(earlier.modifiedSeconds) + (isLastNanosecond ? 1 : 0)
        next.tv_nsec = isLastNanosecond ? 0 : Int(earlier.modifiedNanoseconds) + 1
        let times = [next, next]
        _ = try retried("set the time of", path) { futimens(descriptor, times) }
    }

    /// Takes the exclusive lock of this file, waiting for other processes (and other openings in this one) until
    /// `clock` says that it was long enough.
    func lock(clock: AccessClock) throws(AccessError) {
        let deadline = clock.monotonicNanoseconds() &+ AccessLimits.lockWaitNanoseconds
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            guard code == EWOULDBLOCK || code == EINTR else { throw .system(operation: "lock", path: path, code: code) }
            guard clock.monotonicNanoseconds() < deadline else { throw .busy(lock: path) }
            // A change takes milliseconds. Polling, because a blocking flock has no bound.
            usleep(1_000)
        }
    }

    func unlock() {
        _ = flock(descriptor, LOCK_UN)
    }
}

/// Tells one content of a file from every other: each change is a new file, later than the one it replaces.
package struct FileStamp: Equatable {
    var device: UInt64
    var inode: UInt64
    var sizeBytes: Int
    package var modifiedSeconds: Int64
    package var modifiedNanoseconds: Int64
    var mode: UInt32
    var isRegular: Bool
    var owner: FileOwner

    init(_ status: stat) {
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(status.st_ino)
        sizeBytes = Int(status.st_size)
        #if canImport(Darwin)
        let modified = status.st_mtimespec
        #else
        let modified = status.st_mtim
        #endif
        modifiedSeconds = Int64(modified.tv_sec)
        modifiedNanoseconds = Int64(modified.tv_nsec)
        mode = UInt32(status.st_mode) & 0o7777
        isRegular = status.st_mode & S_IFMT == S_IFREG
        owner = FileOwner(user: status.st_uid, group: status.st_gid)
    }

    /// nil where there is no such file.
    package static func of(_ path: String) throws(AccessError) -> FileStamp? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let code = errno
            guard code == ENOENT else { throw .system(operation: "look at", path: path, code: code) }
            return nil
        }
        return FileStamp(status)
    }

    /// Refuses a file whose secrets others could read, or that is no file.
    func checkPrivate(_ path: String) throws(AccessError) {
        guard isRegular else { throw .damaged(file: path, reason: "not a regular file") }
        guard mode & 0o077 == 0 else { throw .readableByOthers(file: path, mode: mode) }
    }
}

struct FileOwner: Equatable {
    var user: uid_t
    var group: gid_t
}

let outOfMemory: Int32 = ENOMEM

/// Makes `path` and what is missing above it, for this user only. Safe to repeat.
func makeDirectory(_ path: String) throws(AccessError) {
    guard mkdir(path, 0o700) != 0 else { return }
    let code = errno
    switch code {
    case EEXIST:
        return
    case ENOENT:
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { fallthrough }
        try makeDirectory(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw .system(operation: "create", path: path, code: errno)
        }
    default:
        throw .system(operation: "create", path: path, code: code)
    }
}

/// Puts `source` in the place of `destination`: readers see the one or the other, never a mixture.
func renameFile(_ source: String, to destination: String) throws(AccessError) {
    _ = try retried("replace", destination) { rename(source, destination) }
}

/// Removes `path` where it is there.
func removeFile(_ path: String) throws(AccessError) {
    guard unlink(path) != 0, errno != ENOENT else { return }
    throw .system(operation: "remove", path: path, code: errno)
}

/// Makes renames and new files in `path` survive a power cut.
func syncDirectory(_ path: String) throws(AccessError) {
    try SystemFile(path, .read).sync()
}

/// Whether this process may give files to other users.
var isSuperuser: Bool { geteuid() == 0 }

func errorText(_ code: Int32) -> String {
    strerror(code).map { String(cString: $0) } ?? "error \(code)"
}

/// The call again as long as a signal interrupts it.
private func retried<Result: SignedInteger>(
    _ operation: String,
    _ path: String,
    _ call: () -> Result
) throws(AccessError) -> Result {
    while true {
        let result = call()
        guard result < 0 else { return result }
        let code = errno
        guard code == EINTR else { throw .system(operation: operation, path: path, code: code) }
    }
}
