import Foundation
import Synchronization

/// Runs `produce` on a thread of its own, because it blocks: on files, and on a pipe that is full.
final class ProducerThread: Sendable {
    private let failure = Mutex<CommandFailure?>(nil)
    private let pipe: BoundedPipe<Shipment>

    init(
        into pipe: BoundedPipe<Shipment>,
        _ produce: @escaping @Sendable (BoundedPipe<Shipment>) throws(CommandFailure) -> Void
    ) {
        self.pipe = pipe
        Thread.detachNewThread { [self] in
            do throws(CommandFailure) {
                try produce(pipe)
            } catch {
                failure.withLock { $0 = error }
            }
            pipe.finish()
        }
    }

    /// Why reading ended early; known once the pipe is finished.
    var failed: CommandFailure? { failure.withLock { $0 } }
}
