/// What the tables of a store are called in a statement.
///
/// On a cluster each table is two: the one that holds a shard's rows, `events_local`, and the one by which any server
/// reads all of them, `events`.
package enum TableNaming: Sendable, Equatable {
    /// Every table is in the engine that is asked, whole.
    case whole
    /// The tables that span the cluster.
    case cluster(database: String)
    /// The tables of one copy of one shard.
    case copy(database: String)

    /// One row a shard: what a statement is sent to every shard by.
    package static let shards = "shards"

    /// The table that holds a shard's rows of `table`.
    package static func local(_ table: String) -> String { "\(table)_local" }

    func name(of table: String) -> String {
        switch self {
        case .whole: table
        case .cluster(let database): "\(Self.quoted(database)).\(table)"
        case .copy(let database): "\(Self.quoted(database)).\(Self.local(table))"
        }
    }

    /// On a cluster, the subquery is joined to a table with one row a shard: a join's right side is sent to each shard as
    /// it is and answered there, by the shard's own rows, on every version of the engine. The shards' rows come back as
    /// they are.
    func perShard(_ part: SQL, columns: [SQL]) -> String {
        guard case .cluster(let database) = self else { return "(\(part.text(self)))" }
        let names = SQL.joined(columns, separator: ", ").text
        return """
            (SELECT \(names) FROM \(Self.quoted(database)).\(Self.shards) AS every_shard ALL INNER JOIN (\
            SELECT toUInt8(0) AS dummy, \(names) FROM (\(part.text(.copy(database: database))))) AS part USING dummy)
            """
    }

    func addedUp(_ part: SQL, keys: [SQL], sums: [SQL]) -> String {
        guard case .cluster = self else { return part.text(self) }
        let names = SQL.joined(keys, separator: ", ").text
        let sum = sums.map { "sum(\($0.text)) AS \($0.text)" }.joined(separator: ", ")
        return "SELECT \(names), \(sum) FROM \(perShard(part, columns: keys + sums)) GROUP BY \(names)"
    }

    /// A name as ClickHouse takes it whatever its letters are.
    package static func quoted(_ name: String) -> String {
        "`" + name.replacing("\\", with: "\\\\").replacing("`", with: "\\`") + "`"
    }
}
