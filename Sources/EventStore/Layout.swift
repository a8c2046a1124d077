/// How a store's tables lie.
package enum Layout: Sendable, Equatable {
    /// In one engine.
    case single
    /// Spread over the shards of a cluster, each shard's rows on several replicas.
    case cluster(Cluster)

    package struct Cluster: Sendable, Equatable {
        /// As `remote_servers` of the servers' configuration calls it.
        package var name: String
        package var database: String
        /// Statements that change the schema are sent to the cluster's queue, which has every server run them.
        package var usesQueue: Bool

        package init(name: String, database: String, usesQueue: Bool = false) {
            self.name = name
            self.database = database
            self.usesQueue = usesQueue
        }

        var onCluster: SQL { usesQueue ? " ON CLUSTER \(identifier: name)" : "" }
    }
}

/// Which shard a row of a table is on.
package struct ShardKey: Sendable, Equatable {
    /// A column of text, which is hashed, or of UInt64, which is taken as it is.
    package var column: String
    package var isText: Bool

    /// What the cluster's own inserts choose a shard by: the same as ours.
    var sql: SQL { isText ? "sipHash64(\(identifier: column))" : "\(identifier: column)" }

    /// Of `table`. A user is on one shard, so that funnels, sessions, retention and distinct users are each shard's own
    /// to count. What is about a refused report lies beside it, and numbered reports beside those of the same
    /// installation.
    package static func of(_ table: String) -> ShardKey? {
        switch table {
        case Schema.events.table: ShardKey(column: "uid", isText: true)
        case Schema.quarantine.table, Schema.replays.table: ShardKey(column: "arrival", isText: false)
        case Schema.sequences.table: ShardKey(column: "install", isText: true)
        case Schema.tallies.table: ShardKey(column: "app", isText: true)
        default: nil
        }
    }
}

// MARK: What the steps of the schema say of a table

extension EngineFeatures {
    /// The table that holds rows, as `CREATE` and `ALTER` name it.
    func stored(_ table: SQL) -> SQL {
        switch layout {
        case .single: table
        case .cluster(let cluster): name(TableNaming.local(table.table ?? ""), in: cluster)
        }
    }

    /// Every table that a change of columns concerns.
    func everywhere(_ table: SQL) -> [SQL] {
        switch layout {
        case .single: [table]
        // The queue of an old server alters nothing that is not replicated: see ``spreadAgain(_:)``.
        case .cluster(let cluster) where cluster.usesQueue: [stored(table)]
        case .cluster(let cluster): [stored(table), name(table.table ?? "", in: cluster)]
        }
    }

    /// After a change of columns by the cluster's queue: the table that spans the cluster is made anew. A question that
    /// is asked in between fails.
    func spreadAgain(_ table: SQL) -> [SQL] {
        guard case .cluster(let cluster) = layout, cluster.usesQueue, let plain = table.table else { return [] }
        return ["DROP TABLE IF EXISTS \(name(plain, in: cluster))"] + spread(table)
    }

    /// The engine of a table that holds rows.
    func engine(_ kind: StaticString, _ arguments: SQL = "", of table: SQL) -> SQL {
        let hasArguments = arguments != ""
        switch layout {
        case .single: return hasArguments ? "\(raw: kind)(\(arguments))" : "\(raw: kind)"
        case .cluster(let cluster):
            let others: SQL = hasArguments ? ", \(arguments)" : ""
            return """
                Replicated\(raw: kind)('/clickhouse/tables/{shard}/\(path: cluster.database)/\
                \(path: table.table ?? "")', '{replica}'\(others))
                """
        }
    }

    /// How inserts into a table are remembered and kept.
    var insertSettings: SQL {
        switch layout {
        case .single: return durableInserts ? " \(Schema.durable)" : ""
        case .cluster:
            let durable: SQL = durableInserts ? ", fsync_after_insert = 1, fsync_part_directory = 1" : ""
            // A range that is sent again long after is known by its rows; see `RemoteClickHouse`. The hashes are for
            // what is sent twice at the same time, and cost ZooKeeper a node each.
            return """
                 SETTINGS replicated_deduplication_window = 1000, replicated_deduplication_window_seconds = 604800\
                \(durable)
                """
        }
    }

    /// On a cluster, the range that a row of ``Schema/tallies`` came with. Replicas take an identical block for the same
    /// one sent again, and two ranges may well count the same.
    var tallyOrigin: SQL {
        switch layout {
        case .single: ""
        case .cluster: ", \(raw: Self.tallyOriginColumn) UInt64"
        }
    }

    /// Its name.
    package static let tallyOriginColumn: StaticString = "origin"

    /// What makes all shards' rows of a table one table.
    func spread(_ table: SQL) -> [SQL] {
        guard case .cluster(let cluster) = layout, let plain = table.table, let key = ShardKey.of(plain) else {
            return []
        }
        let local = TableNaming.local(plain)
        return [
            """
            CREATE TABLE IF NOT EXISTS \(name(plain, in: cluster)) AS \(identifier: cluster.database).\
            \(identifier: local) ENGINE = Distributed(\(identifier: cluster.name), \
            \(identifier: cluster.database), \(identifier: local), \(key.sql))
            """
        ]
    }

    private func name(_ table: String, in cluster: Layout.Cluster) -> SQL {
        "\(identifier: cluster.database).\(identifier: table)\(cluster.onCluster)"
    }
}

extension SQL.Interpolation {
    /// A quoted name.
    package mutating func appendInterpolation(identifier name: String) {
        appendInterpolation(SQL(writtenByOperator: TableNaming.quoted(name)))
    }

    /// A piece of a path inside of a string literal; what would end it or mean something there is left out.
    fileprivate mutating func appendInterpolation(path name: String) {
        let kept = name.unicodeScalars.filter { $0 == "_" || $0 == "-" || $0.properties.isAlphabetic || $0.isDigit }
        appendInterpolation(SQL(writtenByOperator: String(String.UnicodeScalarView(kept))))
    }
}

extension Unicode.Scalar {
    fileprivate var isDigit: Bool { ("0"..."9").contains(self) }
}
