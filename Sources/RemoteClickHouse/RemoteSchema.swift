internal import EventStore
internal import Logging

/// The tables on a server or cluster: which version they have, and what leads to ours.
///
/// A cluster's tables are changed by `footprint store init` and `migrate`, because that concerns every server and every
/// collector; a single server's are changed when the store is first used.
///
/// The version is written down once for the whole cluster, after every server has taken the step: in a table that all
/// servers, of all shards, keep a replica of. It says too for how many shards the cluster was laid out. A step only
/// adds, so that collectors of the version before go on beside those of the new one.
struct RemoteSchema {
    let address: StoreAddress
    let servers: Servers
    let topology: Topology
    let logger: Logger
    var usesQueue = false

    init(_ address: StoreAddress, _ servers: Servers, _ topology: Topology, _ logger: Logger) {
        self.address = address
        self.servers = servers
        self.topology = topology
        self.logger = logger
    }

    var layout: Layout {
        guard let name = address.cluster else { return .single }
        return .cluster(.init(name: name, database: address.database, usesQueue: usesQueue))
    }

    var features: EngineFeatures { topology.version.features(layout) }

    /// What is there: version 0 where nothing is.
    struct Found: Equatable {
        var version: Int
        /// Shards that the tables were laid out for; 0 where nothing says so.
        var shards: Int
    }

    /// The newest that any server knows: what was written down a moment ago may not have come to all of them.
    func found() async throws(StoreError) -> Found {
        let answers = await withTaskGroup(of: Result<Found, StoreError>.self) { group in
            for host in topology.hosts {
                group.addTask {
                    do throws(StoreError) { return .success(try await found(on: host)) } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let known = answers.compactMap { try? $0.get() }
        if known.isEmpty, case .failure(let error)? = answers.first { throw error }
        return Found(version: known.map(\.version).max() ?? 0, shards: known.map(\.shards).max() ?? 0)
    }

    private func found(on host: StoreAddress.Host) async throws(StoreError) -> Found {
        let isThere: SQL = """
            SELECT count() FROM system.tables WHERE database = \(address.database) AND name = 'schema_versions'
            """
        guard try await rows(isThere, host) != [[.uint(0)]] else { return Found(version: 0, shards: 0) }
        let shards: SQL = address.cluster == nil ? "toUInt32(0)" : "toUInt32(max(shards))"
        let table: SQL = "\(identifier: address.database).\(Schema.versionsTable)"
        let rows = try await rows("SELECT toUInt32(max(version)), \(shards) FROM \(table)", host)
        guard case .uint(let version)? = rows.first?.first, case .uint(let shards)? = rows.first?.last else {
            throw .misconfigured("the store does not say which version its tables have")
        }
        return Found(version: Int(version), shards: Int(shards))
    }

    /// Whether the tables are such that we can work with them; a single server's are made so.
    func check() async throws(StoreError) {
        var found = try await found()
        if address.cluster == nil, found.version < Schema.version {
            try await change(from: found.version)
            found.version = Schema.version
        }
        let command = "--store '\(address)'"
        guard found.version > 0 else {
            throw .misconfigured("the cluster has no tables yet: run `footprint store init \(command)`")
        }
        guard found.version >= Schema.version else {
            throw .misconfigured(
                "the cluster's tables are of version \(found.version), and this program's of \(Schema.version): "
                    + "run `footprint store migrate \(command)`; collectors of the version before go on"
            )
        }
        if found.version > Schema.version {
            logger.warning(
                "the store's tables are newer than this program: it goes on with what it knows of them",
                metadata: ["tables": "\(found.version)", "program": "\(Schema.version)"]
            )
        }
        guard address.cluster == nil || found.shards == topology.shards.count else {
            throw .misconfigured(
                "the cluster \(address.cluster ?? "") has \(topology.shards.count) shards now, and its tables were laid "
                    + "out for \(found.shards): users would be on two of them. Lay out a new database and load it "
                    + "again, see docs/cluster.md"
            )
        }
    }

    // MARK: - Changing

    /// A statement of a change, and which servers run it.
    struct Change {
        var statement: SQL
        /// One server is enough: its replicas, or the cluster's queue, bring it to the others.
        var runsOnce: Bool
    }

    /// Everything that leads from a version to ours, in order, each step with its record at the end.
    func changes(from version: Int) -> [(step: String, changes: [Change])] {
        var all: [(String, [Change])] = []
        if version == 0 { all.append(("place", preparations.map { Change(statement: $0, runsOnce: usesQueue) })) }
        for step in Schema.steps.dropFirst(version) {
            var changes = step.statements(features).map { Change(statement: $0, runsOnce: usesQueue) }
            changes.append(Change(statement: record(step.version), runsOnce: true))
            all.append(("\(step.name)", changes))
        }
        return all
    }

    /// - Parameter whenDone: called after each step with its name.
    func change(from version: Int, whenDone: (String) -> Void = { _ in }) async throws(StoreError) {
        if address.cluster != nil, !usesQueue, !topology.unplaced.isEmpty || topology.hosts.count < topology.replicas {
            throw .unavailable(
                "every server must take the change, and \(topology.hosts.count) of the cluster's \(topology.replicas) "
                    + "can be reached: name the others in --store too, or have the cluster's own queue do it (--on-cluster)"
            )
        }
        for (name, changes) in changes(from: version) {
            for change in changes { try await run(change) }
            logger.info("the store's tables took a step", metadata: ["step": "\(name)"])
            whenDone(name)
        }
    }

    private func run(_ change: Change) async throws(StoreError) {
        let hosts = change.runsOnce ? Array(topology.hosts.prefix(1)) : topology.hosts
        for host in hosts {
            var settings: [(String, String)] = []
            // The database is made by the first statement.
            if address.cluster == nil, !change.statement.text.hasPrefix("CREATE DATABASE") {
                settings.append(("database", address.database))
            }
            if usesQueue { settings.append(("distributed_ddl_task_timeout", "180")) }
            let call = ServerCall(statement: change.statement.text, settings: settings, timeoutSeconds: 200)
            do {
                _ = try await servers.send(call, to: host)
            } catch {
                switch error {
                case .notReached(let reason), .brokeOff(let reason): throw .unavailable("\(host): \(reason)")
                case .answered(let failure) where Self.isThereAlready(failure, change.statement): continue
                case .answered(let failure):
                    throw .misconfigured("\(host) does not take `\(change.statement.text)`: \(failure.message)")
                }
            }
        }
    }

    /// Old servers know no `ADD COLUMN IF NOT EXISTS`; and the second replica of a shard has what the first was told.
    private static func isThereAlready(_ failure: EngineFailure, _ statement: SQL) -> Bool {
        let duplicateColumn = 15
        let illegalColumn = 44
        return statement.text.contains(" ADD COLUMN ") && [duplicateColumn, illegalColumn].contains(failure.code)
            && failure.message.contains("already exists")
    }

    private var preparations: [SQL] {
        let database: SQL = "\(identifier: address.database)"
        guard case .cluster(let cluster) = layout else {
            return ["CREATE DATABASE IF NOT EXISTS \(database)", Schema.createVersionsTable]
        }
        let queue: SQL = usesQueue ? " ON CLUSTER \(identifier: cluster.name)" : ""
        return [
            "CREATE DATABASE IF NOT EXISTS \(database)\(queue)",
            """
            CREATE TABLE IF NOT EXISTS \(database).\(raw: Self.shardsTable)\(queue) (dummy UInt8) \
            ENGINE = Distributed(\(identifier: cluster.name), system, one)
            """,
            """
            CREATE TABLE IF NOT EXISTS \(versions)\(queue) (version UInt32, applied DateTime('UTC'), shards UInt32) \
            ENGINE = ReplicatedMergeTree(\("/clickhouse/tables/all/\(cluster.database)/schema_versions"), \
            '{shard}-{replica}') ORDER BY version
            """,
        ]
    }

    private static let shardsTable: StaticString = "shards"

    private var versions: SQL {
        address.cluster == nil
            ? Schema.versionsTable : "\(identifier: address.database).\(Schema.versionsTable)"
    }

    private func record(_ version: Int) -> SQL {
        address.cluster == nil
            ? Schema.recordVersion(version)
            : "INSERT INTO \(versions) SELECT toUInt32(\(version)), now(), toUInt32(\(topology.shards.count))"
    }

    // MARK: - Asking

    func rows(_ sql: SQL, _ host: StoreAddress.Host) async throws(StoreError) -> [[ResultSet.Value]] {
        let call = ServerCall(statement: sql.text, timeoutSeconds: 30)
        return try NativeAnswer.read(try await servers.ask(call, anyOf: [host])).rows
    }
}
