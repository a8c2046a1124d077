internal import EventStore
internal import Synchronization

/// What is known of where the store is: found out when it is first needed, and again while servers are missing.
actor Site {
    private let address: StoreAddress
    private let servers: Servers
    private var topology: Topology?
    private var isChecked = false
    /// For those who must not wait.
    private nonisolated let last = Mutex<Topology?>(nil)

    init(_ address: StoreAddress, _ servers: Servers) {
        self.address = address
        self.servers = servers
    }

    nonisolated var knownHosts: [StoreAddress.Host] {
        last.withLock { $0.map { $0.hosts + $0.unplaced } } ?? address.hosts
    }

    /// A shard of which no server answers, or the whole store; nil where all is well.
    nonisolated func withoutServer(_ servers: Servers) -> String? {
        guard let topology = last.withLock({ $0 }) else {
            return address.hosts.allSatisfy(servers.isFailing) ? "the store" : nil
        }
        let shard = topology.shards.first { $0.hosts.allSatisfy(servers.isFailing) }
        return shard.map { topology.shards.count > 1 ? "shard \($0.number)" : "the store" }
    }

    /// - Parameter check: throws where the schema is not one to work with.
    func ready(
        _ check: @Sendable (Topology) async throws(StoreError) -> Void
    ) async throws(StoreError) -> Topology {
        let known = if let topology { topology } else { try await Topology.find(address, servers) }
        keep(known)
        if !isChecked {
            try await check(known)
            isChecked = true
        }
        return known
    }

    /// Asks servers that were not there which shard is theirs.
    func placeMissing() async {
        guard let cluster = address.cluster, var known = topology, !known.unplaced.isEmpty else { return }
        try? await known.place(cluster, servers)
        keep(known)
    }

    private func keep(_ known: Topology) {
        topology = known
        last.withLock { $0 = known }
    }
}
