#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file, or stdin, read from start to end in pieces, unpacked where it begins as gzip does. Blocks its thread.
struct InputFile: ~Copyable {
    /// What people call it: the path, or `stdin`.
    let name: String
    /// nil where nobody knows: a pipe.
    let sizeBytes: Int?
    private let descriptor: Int32

    init(path: String) throws(CommandFailure) {
        if path == "-" {
            name = "stdin"
            descriptor = STDIN_FILENO
        } else {
            name = path
            descriptor = open(path, O_RDONLY | O_CLOEXEC)
        }
        guard descriptor >= 0 else { throw .unable("cannot read \(path): \(String(cString: strerror(errno)))") }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .unable("cannot read \(path): \(String(cString: strerror(errno)))")
        }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            if descriptor != STDIN_FILENO { close(descriptor) }
            throw .unable("cannot read \(path): it is a directory")
        }
        sizeBytes = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    }

    deinit {
        if descriptor != STDIN_FILENO { close(descriptor) }
    }

    /// - Parameters:
    ///   - onRead: bytes read so far, before unpacking.
    ///   - onIdle: nothing has come for a moment; what waits for company should leave.
    ///   - onChunk: valid during the call only.
    func read(
        onRead: (Int) -> Void,
        onIdle: () throws -> Void,
        onChunk: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { buffer.deallocate() }
        var total = 0
        var isFirst = true
        var isGzip = false
        var gunzip = try Gunzip()
        while true {
            if sizeBytes == nil, !hasInput() {
                try onIdle()
                continue
            }
            // The first piece must hold both bytes of the magic, which a pipe may bring one by one.
            var count = 0
            repeat {
                let more = systemRead(descriptor, UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
                if more < 0, errno == EINTR { continue }
                guard more >= 0 else {
                    throw CommandFailure.unable("cannot read \(name): \(String(cString: strerror(errno)))")
                }
                if more == 0 { break }
                count += more
            } while isFirst && count < 2
            guard count > 0 else { break }
            total += count
            onRead(total)
            let chunk = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            if isFirst {
                isFirst = false
                isGzip = chunk.starts(with: Gunzip.magic)
            }
            if isGzip { try gunzip.feed(chunk, onChunk) } else { try onChunk(chunk) }
        }
        if isGzip { try gunzip.finish() }
    }

    /// Waits a moment for input of a pipe or a terminal; its end counts as input.
    private func hasInput() -> Bool {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&wanted, 1, 250) != 0
    }
}

private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    read(descriptor, buffer.baseAddress, buffer.count)
}
