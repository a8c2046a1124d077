import CFootprint
import Journal
import Synchronization

#if canImport(Musl)
import Musl
#else
import Glibc
#endif

/// One thread that serves many sockets: it waits for all of them at once (epoll), and what it serves is touched by no
/// other thread.
///
/// Written for the report route, where a general event loop's own work was a quarter of all there was: no promise, no
/// pipeline, no allocation for a read or an answer, and one wake-up for whatever happened meanwhile.
///
/// A turn: sockets that are ready are served, tasks from other threads are run, and ``turnEnded`` is called.
final class SocketLoop: @unchecked Sendable {
    // Sendable: all but `inbox`, `epoll` and `wake` belongs to the loop's thread; `execute` is the only way in.

    /// What the loop serves. Called on the loop's thread.
    protocol Handler: AnyObject {
        /// The socket has bytes, an end or an error to read.
        func readable()
        /// The socket takes bytes again.
        func writable()
    }

    /// What a socket waits for.
    struct Interest: OptionSet {
        let rawValue: UInt32
        static let reading = Interest(rawValue: UInt32(FOOTPRINT_READABLE))
        static let writing = Interest(rawValue: UInt32(FOOTPRINT_WRITABLE))
    }

    private let epoll: Int32
    private let wake: Int32
    private let inbox = Mutex(Inbox())
    private let ended = Signal()
    private var served: [Served] = []
    private var runsNow: [@Sendable () -> Void] = []
    private var ticking = 0
    private var lastTick = 0

    /// Bytes are read into here first: most are a whole request and are never copied.
    let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
    /// Seconds of a steady clock, as of this turn.
    private(set) var steadySeconds = 0
    /// Called once all that was ready was served.
    var turnEnded: () -> Void = {}
    /// Called about once a second while anybody asked for it by ``startTicking()``.
    var tick: () -> Void = {}

    private struct Inbox {
        var tasks: [@Sendable () -> Void] = []
        var isAsleep = false
        var isStopped = false
    }

    private struct Served {
        var handler: (any Handler)?
        /// Tells a descriptor's present owner from the one that an old event was meant for.
        var generation: UInt32 = 0
    }

    /// Throws where the system gives no more descriptors.
    init() throws(SocketError) {
        epoll = footprint_poll_create()
        guard epoll >= 0 else { throw SocketError("make an event loop") }
        wake = footprint_wake_create()
        guard wake >= 0 else {
            let error = SocketError("make an event loop")
            close(epoll)
            throw error
        }
        steadySeconds = Self.clock()
        _ = footprint_poll_add(epoll, wake, Interest.reading.rawValue, UInt64(UInt32(wake)))
    }

    deinit {
        close(wake)
        close(epoll)
        readBuffer.deallocate()
    }

    /// Starts the thread, once. What is set before needs no ``execute(_:)``.
    func start(name: String) {
        startThread(name: name) { [self] in
            run()
            ended.signal()
        }
    }

    /// Runs a task on the loop's thread, in the order of the calls. False after ``stop()``: it was dropped.
    @discardableResult
    func execute(_ task: @escaping @Sendable () -> Void) -> Bool {
        let (isTaken, mustWake) = inbox.withLock { inbox in
            guard !inbox.isStopped else { return (false, false) }
            inbox.tasks.append(task)
            defer { inbox.isAsleep = false }
            return (true, inbox.isAsleep)
        }
        if mustWake { footprint_wake(wake) }
        return isTaken
    }

    /// Ends the thread when the tasks that it has are done, and waits for that. Sockets that are still served are the owner's to close.
    func stop() {
        inbox.withLock { $0.isStopped = true }
        footprint_wake(wake)
        ended.wait()
        // The thread is gone: nobody calls them any more, and their owners are free to go.
        turnEnded = {}
        tick = {}
    }

    // MARK: - On the loop's thread, or before it starts

    func serve(_ descriptor: Int32, _ handler: any Handler) throws(SocketError) {
        let index = Int(descriptor)
        while served.count <= index { served.append(Served()) }
        served[index].handler = handler
        served[index].generation &+= 1
        guard footprint_poll_add(epoll, descriptor, Interest.reading.rawValue, key(descriptor)) == 0 else {
            let error = SocketError("watch a socket")
            served[index].handler = nil
            throw error
        }
    }

    func change(_ descriptor: Int32, to interest: Interest) {
        // It can fail only for a descriptor that is not served.
        _ = footprint_poll_change(epoll, descriptor, interest.rawValue, key(descriptor))
    }

    /// Serves it no more; closing a descriptor takes it out of epoll by itself.
    func release(_ descriptor: Int32) {
        served[Int(descriptor)].handler = nil
    }

    func startTicking() {
        ticking += 1
        lastTick = steadySeconds
    }

    func stopTicking() { ticking -= 1 }

    private func key(_ descriptor: Int32) -> UInt64 {
        UInt64(UInt32(descriptor)) | UInt64(served[Int(descriptor)].generation) << 32
    }

    private func run() {
        let capacity = 512
        let events = UnsafeMutablePointer<footprint_event>.allocate(capacity: capacity)
        defer { events.deallocate() }
        while true {
            let (timeout, isStopped) = prepareToSleep()
            if isStopped { return runTasks() }
            let count = Int(footprint_poll_wait(epoll, events, Int32(capacity), timeout))
            inbox.withLock { $0.isAsleep = false }
            steadySeconds = Self.clock()
            // Fewer than none: a signal came between, and there is nothing to serve.
            for index in 0..<max(count, 0) { serve(events[index]) }
            runTasks()
            if ticking > 0, steadySeconds != lastTick {
                lastTick = steadySeconds
                tick()
            }
            turnEnded()
        }
    }

    /// How long to sleep, in milliseconds: not at all with tasks to run, for ever with nothing to watch.
    private func prepareToSleep() -> (timeout: Int32, isStopped: Bool) {
        inbox.withLock { inbox in
            if inbox.isStopped { return (0, true) }
            guard inbox.tasks.isEmpty else { return (0, false) }
            inbox.isAsleep = true
            return (ticking > 0 ? 1_000 : -1, false)
        }
    }

    private func serve(_ event: footprint_event) {
        let descriptor = Int32(truncatingIfNeeded: event.key)
        if descriptor == wake { return footprint_wake_clear(wake) }
        let entry = served[Int(descriptor)]
        guard entry.generation == UInt32(event.key >> 32), let handler = entry.handler else { return }
        if event.ready & Interest.writing.rawValue != 0 { handler.writable() }
        if event.ready & Interest.reading.rawValue != 0 { handler.readable() }
    }

    private func runTasks() {
        inbox.withLock { swap(&$0.tasks, &runsNow) }
        for task in runsNow { task() }
        runsNow.removeAll(keepingCapacity: true)
    }

    private static func clock() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return time.tv_sec
    }
}

/// A socket call that failed.
package struct SocketError: Error, Sendable, CustomStringConvertible {
    package var code: Int32
    package var description: String

    /// - Parameter task: what was tried, as in "cannot \(task)". The reason is the calling thread's `errno`.
    init(_ task: String) {
        code = errno
        description = "cannot \(task): \(String(cString: strerror(code)))"
    }

    init(_ task: String, reason: String) {
        code = 0
        description = "cannot \(task): \(reason)"
    }
}
