internal import EventStore
internal import Synchronization

/// The engine keeps its data path in globals: one process opens one store at a time. A second store waits here until
/// the first is shut down, so that tests that each open their own may run side by side.
enum EngineSlot {
    private struct Holder {
        var store: ObjectIdentifier
        var path: String
    }

    private static let holder = Mutex<Holder?>(nil)
    private static let patience = Duration.seconds(600)

    /// Waits for the slot. Safe to repeat for the store that has it.
    static func take(_ store: ObjectIdentifier, path: String) async throws(StoreError) {
        let deadline = ContinuousClock.now + patience
        while true {
            let other = holder.withLock { holder -> String? in
                if let taken = holder, taken.store != store { return taken.path }
                holder = Holder(store: store, path: path)
                return nil
            }
            guard let other else { return }
            guard ContinuousClock.now < deadline, (try? await Task.sleep(for: .milliseconds(10))) != nil else {
                throw .unavailable("this process has another store open (\(other)), and may open one at a time")
            }
        }
    }

    static func give(_ store: ObjectIdentifier) {
        holder.withLock { if $0?.store == store { $0 = nil } }
    }
}
