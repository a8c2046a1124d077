#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The machine's own file system.
package struct RealDisk: Disk {
    package init() {}

    package func list(_ folder: String) throws(DiskError) -> [String] {
        guard let handle = opendir(folder) else { throw failure("list", folder) }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    package func open(_ path: String, create: Bool) throws(DiskError) -> any DiskFile {
        let flags = O_RDWR | O_CLOEXEC | (create ? O_CREAT | O_EXCL : 0)
        #if canImport(Darwin)
        let descriptor = Darwin.open(path, flags, 0o600)
        #elseif canImport(Musl)
        let descriptor = Musl.open(path, flags, 0o600)
        #else
        let descriptor = Glibc.open(path, flags, 0o600)
        #endif
        guard descriptor >= 0 else { throw failure(create ? "create" : "open", path) }
        return RealFile(descriptor: descriptor, path: path)
    }

    package func rename(_ from: String, to: String) throws(DiskError) {
        #if canImport(Darwin)
        let status = Darwin.rename(from, to)
        #elseif canImport(Musl)
        let status = Musl.rename(from, to)
        #else
        let status = Glibc.rename(from, to)
        #endif
        guard status == 0 else { throw failure("rename", from) }
    }

    package func remove(_ path: String) throws(DiskError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    }

    package func syncFolder(_ path: String) throws(DiskError) {
        let folder = try open(path, flags: O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw failure("sync", path) }
    }

    package func modifiedAtSeconds(_ path: String) throws(DiskError) -> Int64 {
        var status = stat()
        guard stat(path, &status) == 0 else { throw failure("ask the age of", path) }
        #if canImport(Darwin)
        return Int64(status.st_mtimespec.tv_sec)
        #else
        return Int64(status.st_mtim.tv_sec)
        #endif
    }

    package func freeBytes(_ folder: String) throws(DiskError) -> UInt64 {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { throw failure("ask the free space of", folder) }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }

    private func open(_ path: String, flags: Int32) throws(DiskError) -> Int32 {
        #if canImport(Darwin)
        let descriptor = Darwin.open(path, flags)
        #elseif canImport(Musl)
        let descriptor = Musl.open(path, flags)
        #else
        let descriptor = Glibc.open(path, flags)
        #endif
        guard descriptor >= 0 else { throw failure("open", path) }
        return descriptor
    }
}

private final class RealFile: DiskFile {
    private let descriptor: Int32
    private let path: String

    init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { _ = closeDescriptor(descriptor) }

    func sizeBytes() throws(DiskError) -> UInt64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("ask the size of", path) }
        return UInt64(status.st_size)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(DiskError) -> Int {
        var done = 0
        while done < buffer.count {
            let count = pread(
                descriptor,
                buffer.baseAddress.map { $0 + done },
                buffer.count - done,
                off_t(offset) + off_t(done)
            )
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("read", path)
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    func write(_ buffers: [UnsafeRawBufferPointer], at offset: UInt64) throws(DiskError) {
        var position = off_t(offset)
        var index = 0
        var skip = 0
        while index < buffers.count {
            // 64 of them lie on the stack, and are far below every system's IOV_MAX.
            let count = min(buffers.count - index, 64)
            var written = withUnsafeTemporaryAllocation(of: iovec.self, capacity: count) { vectors in
                for next in 0..<count {
                    let start = next == 0 ? skip : 0
                    let buffer = buffers[index + next]
                    vectors.initializeElement(
                        at: next,
                        to: iovec(
                            iov_base: UnsafeMutableRawPointer(mutating: buffer.baseAddress.map { $0 + start }),
                            iov_len: buffer.count - start
                        )
                    )
                }
                return pwritev(descriptor, vectors.baseAddress, Int32(count), position)
            }
            if written < 0 {
                if errno == EINTR { continue }
                throw failure("write", path)
            }
            position += off_t(written)
            while index < buffers.count, written >= buffers[index].count - skip {
                written -= buffers[index].count - skip
                index += 1
                skip = 0
            }
            skip += written
        }
    }

    func sync() throws(DiskError) {
        #if canImport(Darwin)
        guard fcntl(descriptor, F_FULLFSYNC) == 0 else { throw failure("sync", path) }
        #else
        guard fdatasync(descriptor) == 0 else { throw failure("sync", path) }
        #endif
    }

    func truncate(to sizeBytes: UInt64) throws(DiskError) {
        guard ftruncate(descriptor, off_t(sizeBytes)) == 0 else { throw failure("cut", path) }
    }

    func setModifiedAtSeconds(_ seconds: Int64) throws(DiskError) {
        let time = timespec(tv_sec: time_t(seconds), tv_nsec: 0)
        guard futimens(descriptor, [time, time]) == 0 else { throw failure("set the time of", path) }
    }

    /// The descriptor itself goes when the last owner does, so that no reader can meet a number that was given away.
    func close() {}
}

private func closeDescriptor(_ descriptor: Int32) -> Int32 {
    close(descriptor)
}

private func failure(_ operation: String, _ path: String) -> DiskError {
    let code = errno
    return DiskError(operation: operation, path: path, code: code, message: String(cString: strerror(code)))
}
