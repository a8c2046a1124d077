import EventStore
import FootprintServer
import Foundation
import Logging
import Synchronization

/// Writes the events of a ``BulkTraffic`` into the store of a data directory that nobody else works on.
///
/// Events are made on a thread of their own while the store takes the batch before. Every batch is taken whole or not
/// at all, so that wherever it ends, the store is whole.
struct BulkLoad {
    let traffic: BulkTraffic
    let app: String
    let planVersion: UInt32

    /// One insert: 500,000 events take 75 MB here, and twice that in the engine.
    private static let rowsAtOnce = 500_000

    /// Returns how many events the store took; less than all where `interruption` came first.
    func run(into store: any EventStore, until interruption: Interruption) async throws -> Int {
        let pipe = BoundedPipe<EventBatch>(capacity: 1)
        let traffic = traffic
        let (app, planVersion) = (app, planVersion)
        Thread.detachNewThread {
            var generator = BulkGenerator(traffic, app: app, planVersion: planVersion, rowsAtOnce: Self.rowsAtOnce)
            generator.run { pipe.push($0) }
            pipe.finish()
        }
        defer { pipe.abandon() }
        let taken = Counter()
        let clock = ContinuousClock()
        let start = clock.now
        let progress = { @Sendable () -> ProgressLine in
            ProgressLine(
                fraction: Double(taken.value) / Double(traffic.events),
                events: taken.value,
                refused: 0,
                elapsedSeconds: (clock.now - start) / .seconds(1)
            )
        }
        try await ProgressReporter().show(progress) {
            var number = 0
            while !interruption.hasCome, let batch = await pipe.next() {
                do throws(StoreError) {
                    try await store.insert(batch, token: traffic.token(ofBatch: number))
                } catch {
                    throw CommandFailure.unable(
                        "\(error); \(grouped(taken.value)) events are in the store, the same command adds the others"
                    )
                }
                number += 1
                taken.value += batch.count
            }
        }
        return taken.value
    }
}
