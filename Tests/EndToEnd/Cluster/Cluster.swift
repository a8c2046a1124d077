import Foundation
import TestSupport
import Testing

/// Collectors in front of a real cluster: 2 shards × 2 replicas and a ZooKeeper.
@Suite("On a cluster", .serialized, .timeLimit(.minutes(10)))
enum Cluster {
    /// A cluster whose tables are laid out by the program itself.
    static func with<Value>(_ body: (ClickHouseCluster) async throws -> Value) async throws -> Value {
        let cluster = try await onOwnThread { try ClickHouseCluster.start(root: Program.packageRoot) }
        defer { cluster.stop() }
        try await Program.output(of: ["store", "init"], environment: ["FOOTPRINT_STORE": cluster.address])
        return try await body(cluster)
    }
}

extension ClickHouseCluster {
    /// Kills one after the other, and starts each again before the next.
    func killInTurn(_ names: [String]) async throws {
        for name in names {
            try command("kill \(name)")
            // Long enough for inserts to meet its absence; the end is the same however long it is.
            try await Task.sleep(for: .milliseconds(700))
            try command("start \(name)")
        }
    }

    /// Copies of events, on all replicas together, and events by the table that spans them.
    func counts() throws -> (copies: [Int], whole: Int) {
        let copies = try ports.indices.map {
            Int(try ask("SELECT count() FROM footprint.events_local", server: $0)) ?? -1
        }
        return (copies, Int(try ask("SELECT count() FROM footprint.events")) ?? -1)
    }
}
