internal import EventStore
internal import Foundation

/// Where the rows of a store are: which servers hold a copy of which shard.
struct Topology: Sendable {
    var version: ServerVersion
    /// By the cluster's own numbers, from 1; one without a cluster.
    var shards: [Shard]
    /// Shard of each slot: a shard of weight 2 has two.
    var slots: [Int]
    /// Servers that were named and did not say yet which shard is theirs.
    var unplaced: [StoreAddress.Host] = []

    struct Shard: Sendable {
        var number: Int
        /// How many copies the cluster has of it.
        var replicas: Int
        /// Servers that hold one and that we can reach by HTTP.
        var hosts: [StoreAddress.Host] = []
    }

    var hosts: [StoreAddress.Host] { shards.flatMap(\.hosts) }
    var replicas: Int { shards.reduce(0) { $0 + $1.replicas } }

    /// The rows of each shard, ascending; nil: all rows are in the only one.
    func rows(of rows: TableRows) -> [[Int]?] {
        guard shards.count > 1 else { return [nil] }
        guard let key = rows.table.table.flatMap(ShardKey.of),
            let place = rows.schema.firstIndex(where: { "\($0.name)" == key.column })
        else { return [nil] + shards.dropFirst().map { _ in [] } }
        var chosen = shards.map { _ -> [Int] in [] }
        for row in 0..<rows.count {
            chosen[slots[Int(Self.number(rows.columns[place], row) % UInt64(slots.count))]].append(row)
        }
        return chosen
    }

    /// What the cluster's own inserts compute by ``ShardKey/sql``.
    private static func number(_ column: TableRows.Column, _ row: Int) -> UInt64 {
        switch column {
        case .text(let strings), .bytes(let strings): SipHash64.hash(strings[row])
        case .uint8(let values): UInt64(values[row])
        case .uint16(let values): UInt64(values[row])
        case .uint32(let values): UInt64(values[row])
        case .uint64(let values): values[row]
        case .optionalUInt32(let values): UInt64(values[row] ?? 0)
        case .optionalUInt64(let values): values[row] ?? 0
        case .optionalText(let strings): SipHash64.hash(strings[row] ?? [])
        }
    }
}

// MARK: - Finding out

extension Topology {
    /// Asks the servers that the address names what they are.
    static func find(_ address: StoreAddress, _ servers: Servers) async throws(StoreError) -> Topology {
        let version = try await version(address.hosts, servers)
        guard let cluster = address.cluster else {
            let only = Shard(number: 1, replicas: 1, hosts: address.hosts)
            return Topology(version: version, shards: [only], slots: [0])
        }
        let question: SQL = """
            SELECT toUInt32(shard_num), toUInt32(shard_weight), host_name FROM system.clusters \
            WHERE cluster = \(cluster) ORDER BY shard_num, replica_num
            """
        let rows = try await answer(question, address.hosts, servers)
        guard !rows.isEmpty else {
            let known = try await answer(
                "SELECT DISTINCT cluster FROM system.clusters ORDER BY cluster",
                address.hosts,
                servers
            )
            let names = known.compactMap { if case .string(let name)? = $0.first { name } else { nil } }
            throw .misconfigured(
                "the store's servers know no cluster \(cluster); they know \(names.joined(separator: ", "))"
            )
        }
        var shards: [Shard] = []
        var slots: [Int] = []
        var candidates = address.hosts
        for row in rows {
            guard case .uint(let number)? = row.first, case .uint(let weight) = row[1], case .string(let name) = row[2]
            else { continue }
            if shards.last?.number == Int(number) {
                shards[shards.count - 1].replicas += 1
            } else {
                shards.append(Shard(number: Int(number), replicas: 1))
                slots += Array(repeating: shards.count - 1, count: Int(clamping: weight))
            }
            // Servers that nobody named most likely listen where those do that were.
            let guessed = StoreAddress.Host(name: name, port: address.hosts[0].port)
            if !candidates.contains(where: { $0.name == name }) { candidates.append(guessed) }
        }
        guard !slots.isEmpty else { throw .misconfigured("all shards of the cluster \(cluster) have the weight 0") }
        var topology = Topology(version: version, shards: shards, slots: slots, unplaced: candidates)
        try await topology.place(cluster, servers)
        return topology
    }

    /// Asks the servers that have no place yet. Those that do not answer keep having none.
    mutating func place(_ cluster: String, _ servers: Servers) async throws(StoreError) {
        let places = await withTaskGroup(of: (StoreAddress.Host, Int?).self) { group in
            for host in unplaced {
                group.addTask { (host, await Self.shard(of: host, cluster, servers)) }
            }
            return await group.reduce(into: [StoreAddress.Host: Int]()) { $0[$1.0] = $1.1 }
        }
        // In the order they were named, so that every collector has the same.
        for host in unplaced {
            guard let number = places[host], let place = shards.firstIndex(where: { $0.number == number }) else {
                continue
            }
            shards[place].hosts.append(host)
        }
        unplaced.removeAll { places[$0] != nil }
        for shard in shards where shard.hosts.isEmpty {
            let named = unplaced.map(\.description).joined(separator: ", ")
            throw .unavailable(
                "no server of shard \(shard.number) answers; these do not answer or belong to no shard: \(named). "
                    + "Name one of the shard's servers in --store"
            )
        }
    }

    /// What the server itself says: its configuration knows which of the cluster's servers it is.
    private static func shard(of host: StoreAddress.Host, _ cluster: String, _ servers: Servers) async -> Int? {
        let own: SQL =
            "SELECT DISTINCT toUInt32(shard_num) FROM system.clusters WHERE cluster = \(cluster) AND is_local"
        let macro: SQL = "SELECT substitution FROM system.macros WHERE macro = 'shard'"
        guard let rows = try? await answer(own, [host], servers) else { return nil }
        if rows.count == 1, case .uint(let number)? = rows[0].first { return Int(number) }
        guard case .string(let text)?? = try? await answer(macro, [host], servers).first?.first else { return nil }
        return Int(text)
    }

    private static func version(_ hosts: [StoreAddress.Host], _ servers: Servers) async throws(StoreError)
        -> ServerVersion
    {
        guard case .string(let text)? = try await answer("SELECT version()", hosts, servers).first?.first,
            let version = ServerVersion(text)
        else { throw .misconfigured("the store's server does not say which version it is") }
        return version
    }

    private static func answer(
        _ sql: SQL,
        _ hosts: [StoreAddress.Host],
        _ servers: Servers
    ) async throws(StoreError) -> [[ResultSet.Value]] {
        let call = ServerCall(statement: sql.text, timeoutSeconds: 5)
        return try NativeAnswer.read(try await servers.ask(call, anyOf: hosts)).rows
    }
}
