import Foundation
import Synchronization

/// A thread of its own for an actor that decodes and reads files: the cooperative pool stays free for the others.
///
/// The thread has a lower priority than the intake's: loading may fall behind for a while, answering clients may not.
package final class ThreadExecutor: SerialExecutor {
    private let condition = NSCondition()
    private let jobs = Mutex<(queue: [UnownedJob], isStopped: Bool)>(([], false))

    /// - Parameter prepare: called first, on the thread.
    package init(name: String, prepare: @escaping @Sendable () -> Void) {
        let thread = Thread { [self] in
            prepare()
            run()
        }
        thread.name = name
        thread.start()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        condition.lock()
        jobs.withLock { $0.queue.append(job) }
        condition.signal()
        condition.unlock()
    }

    private func run() {
        let executor = asUnownedSerialExecutor()
        while true {
            condition.lock()
            while jobs.withLock({ $0.queue.isEmpty && !$0.isStopped }) { condition.wait() }
            let (taken, stopped) = jobs.withLock { state in
                defer { state.queue.removeAll(keepingCapacity: true) }
                return (state.queue, state.isStopped)
            }
            condition.unlock()
            for job in taken { job.runSynchronously(on: executor) }
            if stopped, taken.isEmpty { return }
        }
    }
}
