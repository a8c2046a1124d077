import Dispatch
import Synchronization

/// Hands elements from one thread that may block to tasks that may not. Holds `capacity` elements; a thread that is
/// faster waits.
package final class BoundedPipe<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var waiters: [CheckedContinuation<Element?, Never>] = []
        /// No more elements come.
        var isFinished = false
        /// Nobody takes any more.
        var isAbandoned = false
    }

    private let state = Mutex(State())
    private let room: DispatchSemaphore

    package init(capacity: Int) {
        // Dispatch stops a process that lets go of a semaphore below its first value, which an abandoned pipe is.
        room = DispatchSemaphore(value: 0)
        for _ in 0..<capacity { room.signal() }
    }

    /// Blocks while the pipe is full. Returns false where nobody takes any more: the thread should end.
    package func push(_ element: Element) -> Bool {
        room.wait()
        let (waiter, isOpen) = state.withLock { state -> (CheckedContinuation<Element?, Never>?, Bool) in
            guard !state.isAbandoned else { return (nil, false) }
            guard state.waiters.isEmpty else { return (state.waiters.removeFirst(), true) }
            state.elements.append(element)
            return (nil, true)
        }
        if let waiter {
            room.signal()
            waiter.resume(returning: element)
        } else if !isOpen {
            // The next push, if there is one, must not wait either.
            room.signal()
        }
        return isOpen
    }

    package func finish() {
        end { $0.isFinished = true }
    }

    /// Drops what waits; every later ``push(_:)`` returns false.
    package func abandon() {
        end { state in
            state.isAbandoned = true
            state.elements = []
        }
        room.signal()
    }

    /// The next element; nil once the pipe is finished and empty, or abandoned.
    package func next() async -> Element? {
        await withCheckedContinuation { continuation in
            let element = state.withLock { state -> Element?? in
                if !state.elements.isEmpty { return .some(state.elements.removeFirst()) }
                if state.isFinished || state.isAbandoned { return .some(nil) }
                state.waiters.append(continuation)
                return nil
            }
            guard let element else { return }
            if element != nil { room.signal() }
            continuation.resume(returning: element)
        }
    }

    private func end(_ change: (inout State) -> Void) {
        let waiters = state.withLock { state in
            change(&state)
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: nil) }
    }
}
