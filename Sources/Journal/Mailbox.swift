#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A queue that one thread sleeps on: values from many threads, taken all at once.
///
/// `Synchronization.Mutex` has no condition to wait for, so this is a POSIX mutex and condition in memory of their own.
final class Mailbox<Value: Sendable>: @unchecked Sendable {
    // Sendable: every access to `values` and `isClosed` is made between lock and unlock of `mutex`.

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let filled = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var values: [Value] = []
    private var isClosed = false

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(filled, nil)
    }

    deinit {
        pthread_cond_destroy(filled)
        pthread_mutex_destroy(mutex)
        filled.deallocate()
        mutex.deallocate()
    }

    /// False where the mailbox was closed, and the value was not taken.
    func put(_ value: Value) -> Bool {
        pthread_mutex_lock(mutex)
        let accepted = !isClosed
        if accepted {
            values.append(value)
            if values.count == 1 { pthread_cond_signal(filled) }
        }
        pthread_mutex_unlock(mutex)
        return accepted
    }

    /// Waits for values and swaps them into `emptied`, which is emptied first; false once closed and empty.
    func takeAll(into emptied: inout [Value]) -> Bool {
        emptied.removeAll(keepingCapacity: true)
        pthread_mutex_lock(mutex)
        while values.isEmpty, !isClosed { pthread_cond_wait(filled, mutex) }
        swap(&values, &emptied)
        pthread_mutex_unlock(mutex)
        return !emptied.isEmpty
    }

    /// No more values; what is there can still be taken.
    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_broadcast(filled)
        pthread_mutex_unlock(mutex)
    }
}
