import Dispatch

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Ctrl-C, or SIGTERM, for a command that must end in order: the process goes on until the command has seen it.
///
/// From the first one on; nothing takes the signals back, for the command that wanted them is the process.
final class Interruption: Sendable {
    private let came = Counter()

    /// - Parameter act: called for each signal, on a thread of Dispatch.
    init(_ act: @escaping @Sendable () -> Void = {}) {
        let came = came
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler {
                came.value = 1
                act()
                // The handler keeps its source.
                withExtendedLifetime(source) {}
            }
            source.activate()
        }
    }

    var hasCome: Bool { came.value > 0 }
}
