package import EventStore
package import Logging

/// What `footprint store` does: lays out a server's or cluster's tables, brings them to this version, says how they are.
package struct StoreLayout: Sendable {
    private let address: StoreAddress
    private let servers: Servers
    private let logger: Logger
    /// Changes go to the cluster's own queue, which has every server run them.
    private let usesQueue: Bool

    package init(_ address: StoreAddress, usesQueue: Bool = false, logger: Logger) throws(StoreError) {
        guard !usesQueue || address.cluster != nil else {
            throw .misconfigured("a single server has no queue: --on-cluster needs an address with ?cluster=NAME")
        }
        self.address = address
        self.usesQueue = usesQueue
        self.logger = logger
        servers = Servers(connector: try ServerConnector(address), logger: logger)
    }

    package func close() async { await servers.connector.shutdown() }

    /// One step that is to be taken, as SQL.
    package struct Step: Sendable, Equatable {
        package var name: String
        package var statements: [String]
    }

    /// What would be done, in order; nothing where the tables are as this version has them.
    package func pending() async throws(StoreError) -> [Step] {
        let schema = try await schema()
        return schema.changes(from: try await schema.found().version).map { name, changes in
            Step(name: name, statements: changes.map(\.statement.text))
        }
    }

    /// Lays out the tables where there are none.
    package func initialize(whenDone: (String) -> Void) async throws(StoreError) {
        let schema = try await schema()
        let found = try await schema.found().version
        guard found == 0 || found == Schema.version else {
            throw .misconfigured(
                "the store has tables of version \(found): bring them to ours by `footprint store migrate`"
            )
        }
        try await schema.checkMacros()
        try await schema.change(from: found, whenDone: whenDone)
    }

    /// Brings the tables to this version.
    package func migrate(whenDone: (String) -> Void) async throws(StoreError) {
        let schema = try await schema()
        let found = try await schema.found()
        guard found.version > 0 else {
            throw .misconfigured("the store has no tables yet: lay them out by `footprint store init`")
        }
        try await schema.change(from: found.version, whenDone: whenDone)
    }

    private func schema() async throws(StoreError) -> RemoteSchema {
        var schema = RemoteSchema(address, servers, try await Topology.find(address, servers), logger)
        schema.usesQueue = usesQueue
        return schema
    }

    // MARK: - Status

    package struct Status: Sendable {
        /// The tables' version, 0 where there are none, and ours.
        package var version: Int
        package var ownVersion: Int
        package var servers: [Server]

        package struct Server: Sendable {
            package var name: String
            /// 0 where it does not answer.
            package var shard: Int
            package var version: String
            package var events: UInt64
            /// How far its copy is behind the shard's others.
            package var lagSeconds: UInt64
            /// What is wrong with it; empty where nothing is.
            package var trouble: String
        }
    }

    package func status() async throws(StoreError) -> Status {
        let schema = try await schema()
        var status = Status(
            version: try await schema.found().version,
            ownVersion: Schema.version,
            servers: []
        )
        for shard in schema.topology.shards {
            for host in shard.hosts { status.servers.append(await schema.status(of: host, in: shard.number)) }
        }
        for host in schema.topology.unplaced {
            status.servers.append(
                .init(name: "\(host)", shard: 0, version: "", events: 0, lagSeconds: 0, trouble: "it does not answer")
            )
        }
        return status
    }
}

extension RemoteSchema {
    /// A cluster's tables are named by what each server says of itself.
    func checkMacros() async throws(StoreError) {
        guard address.cluster != nil else { return }
        for host in topology.hosts {
            let rows = try await rows("SELECT macro FROM system.macros WHERE macro IN ('shard', 'replica')", host)
            guard rows.count == 2 else {
                throw .misconfigured(
                    "\(host) does not say in its configuration which shard and replica it is: add "
                        + "<macros><shard>1</shard><replica>r1</replica></macros>, see docs/cluster.md"
                )
            }
        }
    }

    func status(of host: StoreAddress.Host, in shard: Int) async -> StoreLayout.Status.Server {
        var server = StoreLayout.Status.Server(
            name: "\(host)",
            shard: shard,
            version: "",
            events: 0,
            lagSeconds: 0,
            trouble: ""
        )
        do throws(StoreError) {
            if case .string(let version)? = try await rows("SELECT version()", host).first?.first {
                server.version = version
            }
            let table: SQL =
                address.cluster == nil
                ? Schema.events : "\(identifier: TableNaming.local(Schema.events.table ?? ""))"
            if try await found().version > 0 {
                let counted = try await rows("SELECT count() FROM \(identifier: address.database).\(table)", host)
                if case .uint(let events)? = counted.first?.first { server.events = events }
            }
            let replicas: SQL = """
                SELECT toUInt64(max(absolute_delay)), toUInt64(max(is_readonly)), toUInt64(max(is_session_expired)) \
                FROM system.replicas WHERE database = \(address.database)
                """
            let row = try await rows(replicas, host).first ?? []
            if case .uint(let delay)? = row.first { server.lagSeconds = delay }
            if row.dropFirst().contains(.uint(1)) { server.trouble = "it has lost ZooKeeper, and takes no insert" }
        } catch {
            server.trouble = "\(error)"
        }
        return server
    }
}
