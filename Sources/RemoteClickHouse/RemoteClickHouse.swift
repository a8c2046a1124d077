package import EventStore
package import Logging
internal import Synchronization

/// The event store on a ClickHouse server, or spread over the shards of a cluster, over HTTP.
///
/// Guarantees:
/// - A range that is sent again changes nothing, whichever replica it went to before, and however long ago. While two
///   such inserts run at the same time, the server tells them apart (a token, or an identical block); after that, the
///   range's own rows do (``RangeWitnesses``).
/// - An insert that returned is on `insert_quorum` replicas of each shard that it concerns.
/// - A user's events are on one shard (``ShardKey``), so that each shard counts for itself what is counted by user.
/// - A server that does not answer is passed over; the statement goes to another one that may answer it.
///
/// Nothing is asked of a server before it is needed: a collector starts, and takes reports, while its cluster is away.
package final class RemoteClickHouse: EventStore {
    let address: StoreAddress
    let servers: Servers
    let logger: Logger
    private let site: Site
    private let watching: Mutex<Task<Void, Never>?>
    private let insertsBegun = Atomic<Int>(0)
    /// Ranges whose insert did not return well: whether the store has them is asked before they are sent again.
    private let doubtful = Mutex<Set<String>>([])

    /// How many inserts after the start ask as well: the loader sends at most one range again.
    private static let suspiciousInserts = 4
    private static let insertTimeoutSeconds = 120

    /// Connects to nothing yet.
    package init(_ address: StoreAddress, logger: Logger) throws(StoreError) {
        self.address = address
        self.logger = logger
        let servers = Servers(connector: try ServerConnector(address), logger: logger)
        self.servers = servers
        let site = Site(address, servers)
        self.site = site
        watching = Mutex(
            Task {
                await servers.watch {
                    site.knownHosts
                } eachRound: {
                    await site.placeMissing()
                }
            }
        )
    }

    deinit {
        watching.withLock { $0?.cancel() }
    }

    package var isShared: Bool { address.cluster != nil }

    package var trouble: String? {
        site.withoutServer(servers).map { "no server of \($0) answers" }
    }

    package func prepare() async throws(StoreError) {
        _ = try await ready()
    }

    package func shutdown() async {
        watching.withLock { task in
            task?.cancel()
            task = nil
        }
        await servers.connector.shutdown()
    }

    // MARK: - Inserting

    package func insert(_ batch: EventBatch, token: String) async throws(StoreError) {
        guard batch.count > 0 else { return }
        let topology = try await ready()
        let number = insertsBegun.add(1, ordering: .relaxed).newValue
        let isDoubtful = number <= Self.suspiciousInserts || doubtful.withLock { $0.contains(token) }
        let rows = batch.rows
        try await onEachShard(of: topology, topology.rows(of: rows), token) { shard, chosen throws(StoreError) in
            var chosen = chosen
            if isDoubtful {
                let witnesses = RangeWitnesses(batch, rows: chosen)
                let answers = try await self.answers(to: witnesses.question, by: shard, topology)
                var known = ResultSet(columns: [], rows: [])
                for answer in answers { known.rows += answer.rows }
                let missing = witnesses.missing(known)
                if missing.isEmpty {
                    guard answers.count(where: witnesses.isWhole) >= self.address.quorum else {
                        throw .unavailable("not enough replicas of shard \(shard.number) have the range yet")
                    }
                    return
                }
                chosen = missing
            }
            try await self.insert(rows, chosen, into: shard, topology, token)
            if self.address.quorum > 1, !topology.version.isModern {
                try await self.waitForCopies(of: RangeWitnesses(batch, rows: chosen), shard, topology)
            }
        }
    }

    /// The quorum of old servers is one insert at a time for all collectors, and its last rows can be neither merged nor
    /// deleted: with them, a range is loaded when enough replicas show it.
    private func waitForCopies(
        of witnesses: RangeWitnesses,
        _ shard: Topology.Shard,
        _ topology: Topology
    ) async throws(StoreError) {
        let deadline = ContinuousClock.now + .seconds(10)
        repeat {
            let answers = try await answers(to: witnesses.question, by: shard, topology)
            if answers.count(where: witnesses.isWhole) >= address.quorum { return }
            try? await Task.sleep(for: .milliseconds(20))
        } while ContinuousClock.now < deadline && !Task.isCancelled
        throw .unavailable("not enough replicas of shard \(shard.number) have the range yet")
    }

    package func insert(_ rows: TableRows, token: String) async throws(StoreError) {
        guard rows.count > 0 else { return }
        let topology = try await ready()
        try await onEachShard(of: topology, topology.rows(of: rows), token) { shard, chosen throws(StoreError) in
            try await self.insert(rows, chosen, into: shard, topology, token)
        }
    }

    /// Side by side, for every shard that has rows. What was inserted before a failure is recognised the next time.
    private func onEachShard(
        of topology: Topology,
        _ chosen: [[Int]?],
        _ token: String,
        _ insert: @escaping @Sendable (Topology.Shard, [Int]?) async throws(StoreError) -> Void
    ) async throws(StoreError) {
        let failures = await withTaskGroup(of: StoreError?.self) { group in
            for (shard, rows) in zip(topology.shards, chosen) where rows?.isEmpty != true {
                group.addTask {
                    do throws(StoreError) {
                        try await insert(shard, rows)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: [StoreError]()) { if let error = $1 { $0.append(error) } }
        }
        guard let failure = failures.first(where: { !$0.isPassing }) ?? failures.first else {
            doubtful.withLock { _ = $0.remove(token) }
            return
        }
        doubtful.withLock { _ = $0.insert(token) }
        throw failure
    }

    private func insert(
        _ rows: TableRows,
        _ chosen: [Int]?,
        into shard: Topology.Shard,
        _ topology: Topology,
        _ token: String
    ) async throws(StoreError) {
        let table = rows.table.table ?? ""
        let token = "\(token)-\(table)-\(shard.number)"
        var mark: (StaticString, UInt64)?
        if address.cluster != nil, rows.table == Schema.tallies {
            mark = (EngineFeatures.tallyOriginColumn, SipHash64.hash(token.utf8))
        }
        let native = NativeRows(rows, chosen: chosen, marked: mark).bytes
        let packed = Gzip.compress(native)
        let names = rows.schema.map(\.name) + (mark.map { [$0.0] } ?? [])
        let columns = SQL.joined(names.map { "\(raw: $0)" }, separator: ", ")
        let statement: SQL = "INSERT INTO \(rows.table) (\(columns)) FORMAT Native"
        let call = ServerCall(
            statement: statement.text(copyNaming),
            settings: [("database", address.database)]
                + topology.version.insertSettings(token: token, quorum: address.quorum),
            rows: packed ?? native,
            isPacked: packed != nil,
            timeoutSeconds: Self.insertTimeoutSeconds
        )
        var reasons: [String] = []
        for host in servers.ordered(shard.hosts) {
            do {
                _ = try await servers.send(call, to: host)
                return
            } catch {
                switch error {
                case .notReached(let reason): reasons.append("\(host): \(reason)")
                // Perhaps it is there: the next attempt asks first.
                case .brokeOff(let reason): throw .unavailable("\(host): \(reason)")
                case .answered(let failure): throw Self.insertFailure(failure, host)
                }
            }
        }
        throw .unavailable(reasons.joined(separator: "; "))
    }

    private static func insertFailure(_ failure: EngineFailure, _ host: StoreAddress.Host) -> StoreError {
        switch failure.storeError(inserting: true) {
        case .unavailable(let reason): .unavailable("\(host): \(reason)")
        // Nobody wrote this statement but us: a table or a column is not there.
        case .refused(let message, _):
            .misconfigured("the store does not take an insert; look at `footprint store status`: \(host): \(message)")
        case let other: other
        }
    }

    // MARK: - Asking

    package func query(_ sql: SQL, limits: QueryLimits) async throws(StoreError) -> ResultSet {
        let topology = try await ready()
        let call = question(sql.text(wholeNaming), limits, topology)
        try StatementGuard.check(call.statement)
        return try NativeAnswer.read(try await servers.ask(call, anyOf: topology.hosts))
    }

    package func queryEveryCopy(_ sql: SQL, limits: QueryLimits) async throws(StoreError) -> ResultSet {
        let topology = try await ready()
        var whole = ResultSet(columns: [], rows: [])
        for shard in topology.shards {
            for answer in try await answers(to: sql, by: shard, topology, limits) {
                whole.columns = answer.columns
                whole.rows += answer.rows
            }
        }
        return whole
    }

    /// What each copy of a shard that can be reached says.
    func answers(
        to sql: SQL,
        by shard: Topology.Shard,
        _ topology: Topology,
        _ limits: QueryLimits = QueryLimits(timeoutSeconds: 60)
    ) async throws(StoreError) -> [ResultSet] {
        let call = question(sql.text(copyNaming), limits, topology)
        let servers = servers
        let results = await withTaskGroup(of: Result<ResultSet, StoreError>.self) { group in
            for host in shard.hosts {
                group.addTask {
                    do throws(StoreError) {
                        return .success(try NativeAnswer.read(try await servers.ask(call, anyOf: [host])))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let answers = results.compactMap { try? $0.get() }
        if answers.isEmpty, case .failure(let error)? = results.first { throw error }
        return answers
    }

    private func question(_ statement: String, _ limits: QueryLimits, _ topology: Topology) -> ServerCall {
        ServerCall(
            statement: statement,
            settings: [("database", address.database)] + topology.version.questionSettings(limits),
            timeoutSeconds: limits.timeoutSeconds
        )
    }

    // MARK: - Changing

    /// On a cluster, what alters a table alters the rows of every shard, and returns when questions see it.
    package func execute(_ sql: SQL) async throws(StoreError) {
        let topology = try await ready()
        var settings = [("database", address.database), ("max_query_size", String(64 << 20))]
        guard ["ALTER TABLE ", "TRUNCATE TABLE "].contains(where: sql.text.hasPrefix) else {
            // An insert by way of the table that spans the cluster returns when the shards have it.
            settings.append(("insert_distributed_sync", "1"))
            _ = try await servers.ask(change(sql.text(wholeNaming), settings), anyOf: topology.hosts)
            return
        }
        // All replicas.
        settings.append(("replication_alter_partitions_sync", "2"))
        if topology.version.isModern { settings.append(("mutations_sync", "2")) }
        for shard in topology.shards {
            _ = try await servers.ask(change(sql.text(copyNaming), settings), anyOf: shard.hosts)
        }
        if !topology.version.isModern { try await waitForMutations(topology) }
    }

    private func change(_ statement: String, _ settings: [(String, String)]) -> ServerCall {
        ServerCall(statement: statement, settings: settings, timeoutSeconds: Self.insertTimeoutSeconds)
    }

    /// Old servers delete rows when they come to it.
    private func waitForMutations(_ topology: Topology) async throws(StoreError) {
        let left: SQL = "SELECT count() FROM system.mutations WHERE database = \(address.database) AND NOT is_done"
        let deadline = ContinuousClock.now + .seconds(Self.insertTimeoutSeconds)
        for shard in topology.shards {
            while ContinuousClock.now < deadline {
                let answers = try await answers(to: left, by: shard, topology)
                if answers.allSatisfy({ $0.rows == [[.uint(0)]] }) { break }
                try? await Task.sleep(for: .milliseconds(50))
            }
        }
        if ContinuousClock.now >= deadline { throw .unavailable("the servers are still deleting") }
    }

    // MARK: - Names

    var wholeNaming: TableNaming { address.cluster == nil ? .whole : .cluster(database: address.database) }
    private var copyNaming: TableNaming {
        address.cluster == nil ? .whole : .copy(database: address.database)
    }

    /// Where everything is, once it is known, and the schema is one that we can work with.
    func ready() async throws(StoreError) -> Topology {
        try await site.ready { topology throws(StoreError) in
            try await RemoteSchema(self.address, self.servers, topology, self.logger).check()
        }
    }
}

extension StoreError {
    fileprivate var isPassing: Bool { if case .unavailable = self { true } else { false } }
}
