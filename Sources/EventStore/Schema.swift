/// The tables of a store, the same on every engine.
///
/// A store records the version of its schema. Version `n` is what ``steps`` 1 to `n` make of nothing, so that a new
/// store and a migrated one are the same by construction. A step once released never changes; a change of the schema
/// is a new step at the end.
package enum Schema {
    /// The version this Footprint writes and reads.
    package static var version: Int { steps.count }

    /// Where the tables live. Never ClickHouse's `default`: in the embedded engine a table name there that does not
    /// exist is looked up as a file on disk.
    package static let database: SQL = "footprint"

    /// The table of events.
    package static let events = SQL(table: "events")

    package static let steps: [Step] = [
        Step(version: 1, name: "tables", statements: createTables),
        Step(version: 2, name: "skip indexes", statements: addIndexes),
        Step(version: 3, name: "quarantine", statements: createQuarantine),
        Step(version: 4, name: "delivery", statements: addDelivery),
        Step(version: 5, name: "rollups", statements: addRollups),
    ]

    /// What leads from one version to the next. Every statement may run again: a step that was interrupted is repeated
    /// from its beginning.
    package struct Step: Sendable {
        package let version: Int
        package let name: StaticString
        /// Statements for an engine with these features, in order.
        package let statements: @Sendable (EngineFeatures) -> [SQL]
    }
}

/// What an engine's version can do beyond the common subset.
package struct EngineFeatures: Sendable {
    /// `CODEC(…)` on columns.
    package var codecs: Bool
    /// Data skipping indexes.
    package var skipIndexes: Bool
    /// Repeated inserts recognised by token on a table that is not replicated, and inserts that wait for the disk.
    package var durableInserts: Bool
    /// `ADD COLUMN IF NOT EXISTS`; without it, a column that is there already is an error that says so.
    package var conditionalColumns: Bool
    /// Projections that a question can read by name, see ``Schema/rollups``.
    package var rollups = false
    package var layout = Layout.single

    package init(codecs: Bool, skipIndexes: Bool, durableInserts: Bool, conditionalColumns: Bool) {
        self.codecs = codecs
        self.skipIndexes = skipIndexes
        self.durableInserts = durableInserts
        self.conditionalColumns = conditionalColumns
    }

    /// The embedded engine.
    package static let embedded: EngineFeatures = {
        var features = current
        features.rollups = true
        return features
    }()
    /// Servers of the last years.
    package static let current = EngineFeatures(
        codecs: true,
        skipIndexes: true,
        durableInserts: true,
        conditionalColumns: true
    )
    /// ClickHouse 18.16, the oldest that is supported.
    package static let oldest = EngineFeatures(
        codecs: false,
        skipIndexes: false,
        durableInserts: false,
        conditionalColumns: false
    )
}

// MARK: Versions

extension Schema {
    /// Which versions a store has gone through: one row a step.
    package static let versionsTable: SQL = "schema_versions"

    /// One value: the version of the store, 0 where no step has finished. The table must exist.
    package static let readVersion: SQL = "SELECT toUInt32(max(version)) FROM \(versionsTable)"

    package static let createVersionsTable: SQL = """
        CREATE TABLE IF NOT EXISTS \(versionsTable) (version UInt32, applied DateTime('UTC')) \
        ENGINE = MergeTree ORDER BY version
        """

    /// Recorded after a step's statements; twice does no harm.
    package static func recordVersion(_ version: Int) -> SQL {
        "INSERT INTO \(versionsTable) SELECT toUInt32(\(version)), now()"
    }

    /// The steps that lead from `found` to ``version``, or why there are none to take.
    package static func steps(from found: Int) throws(StoreError) -> ArraySlice<Step> {
        guard found <= version else {
            throw .misconfigured(
                """
                the store was written by a newer Footprint (schema version \(found), and this one knows \
                \(version)): start the newer one, or move the store away and let it load again from the journal
                """
            )
        }
        return steps[found...]
    }
}
