import Foundation
import Synchronization

/// A file that is there whole or not at all: it is written beside its name, and takes the name when all is on the disk.
final class ExportFile: Sendable {
    private let path: String
    private let partPath: String
    private let descriptor: Int32
    private let isDone = Atomic<Bool>(false)

    /// - Parameter path: `-` is stdout, which has no second thoughts.
    init(_ path: String) throws(CommandFailure) {
        self.path = path
        partPath = "\(path).\(getpid()).part"
        guard path != "-" else {
            descriptor = STDOUT_FILENO
            return
        }
        descriptor = open(partPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .unable("cannot write \(path): \(String(cString: strerror(errno)))")
        }
    }

    private var isFile: Bool { path != "-" }

    func write(_ bytes: UnsafeRawBufferPointer) throws(CommandFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let buffer = UnsafeRawBufferPointer(rebasing: rest)
            let written = Foundation.write(descriptor, buffer.baseAddress, buffer.count)
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if errno == EPIPE, !isFile {
                // The reader has seen enough (`| head`).
                exit(128 + SIGPIPE)
            } else if errno != EINTR {
                throw .unable("cannot write \(path): \(String(cString: strerror(errno)))")
            }
        }
    }

    func finish() throws(CommandFailure) {
        guard isFile else { return }
        guard fsync(descriptor) == 0, rename(partPath, path) == 0 else {
            throw .unable("cannot write \(path): \(String(cString: strerror(errno)))")
        }
        isDone.store(true, ordering: .relaxed)
    }

    deinit {
        guard isFile else { return }
        close(descriptor)
        if !isDone.load(ordering: .relaxed) { unlink(partPath) }
    }
}
