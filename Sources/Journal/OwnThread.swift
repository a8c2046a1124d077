import CFootprint

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Runs `body` on a thread of its own: for work that blocks. All signals are blocked in it, so that
/// a handler never runs between a write and its sync.
package func startThread(name: String, _ body: @escaping @Sendable () -> Void) {
    final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void
        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
    let start = Unmanaged.passRetained(Start(name: name, body: body)).toOpaque()
    let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        footprint_name_thread(start.name)
        start.body()
        return nil
    }
    #if canImport(Darwin)
    var thread: pthread_t?
    let status = pthread_create(&thread, nil, { run($0) }, start)
    if let thread { pthread_detach(thread) }
    #else
    var thread = pthread_t()
    let status = pthread_create(&thread, nil, run, start)
    if status == 0 { pthread_detach(thread) }
    #endif
    precondition(status == 0, "no thread for \(name)")
}

/// Something that happens once and can be waited for.
package final class Signal: Sendable {
    private let mailbox = Mailbox<Bool>()

    package init() {}

    package func signal() { mailbox.close() }

    package func wait() {
        var values: [Bool] = []
        _ = mailbox.takeAll(into: &values)
    }
}
