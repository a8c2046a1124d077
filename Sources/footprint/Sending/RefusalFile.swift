#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The list of refused lines, one a line: place, tab, reason.
final class RefusalFile: Sendable {
    private let descriptor: Int32

    init(path: String) throws(CommandFailure) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .unable("cannot write \(path): \(String(cString: strerror(errno)))") }
    }

    deinit {
        close(descriptor)
    }

    func write(_ place: String, _ reason: String) {
        Terminal(descriptor: descriptor).line("\(place)\t\(reason)")
    }
}
