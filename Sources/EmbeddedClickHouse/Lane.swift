internal import CADBC
internal import EventStore
internal import Foundation

/// Threads of our own for calls that block, and a bounded queue before them. The engine is never called from Swift's
/// cooperative pool: a question of a second would hold one of its few threads for a second.
///
/// The threads run at niceness 10, and so do the engine's, which inherit it from whichever thread starts them: when
/// both cores are taken, the intake comes first, and the store catches up.
///
/// `@unchecked Sendable`: everything mutable is read and written under `condition`.
final class Lane: @unchecked Sendable {
    /// How the kernel weighs us against the intake (niceness 0): about one to nine where both want a whole core.
    private static let niceness: Int32 = 10

    /// One piece of work. Either `run` or `refuse` is called, once.
    struct Job: Sendable {
        let id: UInt64
        let run: @Sendable () -> Void
        let refuse: @Sendable (StoreError) -> Void
    }

    private let name: String
    private let threadLimit: Int
    private let waitingLimit: Int
    private let condition = NSCondition()
    private var threads = 0
    private var idle = 0
    private var waiting: [Job] = []
    private var lastID: UInt64 = 0
    private var isClosed = false

    /// - Parameters:
    ///   - threads: how many jobs run at once; threads start when they are first needed.
    ///   - waiting: how many more may wait. The next one is refused with ``StoreError/unavailable(_:)``.
    init(name: String, threads: Int, waiting: Int) {
        self.name = name
        threadLimit = threads
        waitingLimit = waiting
    }

    /// Runs `body` on one of the lane's threads.
    func run<Answer: Sendable>(
        _ body: @escaping @Sendable () -> Result<Answer, StoreError>
    ) async throws(StoreError) -> Answer {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<Answer, StoreError>, _>) in
            _ = submit(
                run: { continuation.resume(returning: body()) },
                refuse: { continuation.resume(returning: .failure($0)) }
            )
        }
        return try result.get()
    }

    /// Queues a job; returns its number for ``withdraw(_:)``.
    func submit(run: @escaping @Sendable () -> Void, refuse: @escaping @Sendable (StoreError) -> Void) -> UInt64 {
        condition.lock()
        lastID += 1
        let job = Job(id: lastID, run: run, refuse: refuse)
        let refusal: StoreError? =
            if isClosed {
                .unavailable("it is shutting down")
            } else if waiting.count - idle >= waitingLimit {
                .unavailable("\(waitingLimit + threadLimit) \(name) are under way already, try again")
            } else {
                nil
            }
        if refusal == nil {
            waiting.append(job)
            if idle >= waiting.count {
                condition.signal()
            } else if threads < threadLimit {
                threads += 1
                startThread()
            }
        }
        condition.unlock()
        if let refusal { refuse(refusal) }
        return job.id
    }

    /// Takes a job out of the queue and refuses it. Returns false where it runs or ran already.
    func withdraw(_ id: UInt64, _ reason: StoreError) -> Bool {
        condition.lock()
        let index = waiting.firstIndex { $0.id == id }
        let job = index.map { waiting.remove(at: $0) }
        condition.unlock()
        job?.refuse(reason)
        return job != nil
    }

    /// Refuses what waits and whatever comes; what runs ends by itself.
    func close() {
        condition.lock()
        isClosed = true
        let refused = waiting
        waiting = []
        condition.broadcast()
        condition.unlock()
        for job in refused { job.refuse(.unavailable("it is shutting down")) }
    }

    /// Waits until no thread is left. Blocks; only after ``close()``, and never from one of the lane's own jobs.
    func join() {
        condition.lock()
        while threads > 0 { condition.wait() }
        condition.unlock()
    }

    private func startThread() {
        let thread = Thread { [self] in work() }
        thread.name = name
        // The engine's parser recurses; this is what a main thread has.
        thread.stackSize = 8 << 20
        thread.start()
    }

    private func work() {
        _ = cadbc_thread_nice(Self.niceness)
        condition.lock()
        while true {
            if let job = waiting.first {
                waiting.removeFirst()
                condition.unlock()
                job.run()
                condition.lock()
            } else if isClosed {
                break
            } else {
                idle += 1
                condition.wait()
                idle -= 1
            }
        }
        threads -= 1
        condition.broadcast()
        condition.unlock()
    }
}
