/// How many reports and events came, by app, time of arrival and kind: what the figures of data quality are made of.
/// Names nobody.
package struct TallyBatch: Sendable {
    /// What is counted; the words stand in the store.
    package enum Kind: String, Sendable {
        /// Reports of which at least one event was new, and their new events.
        case stored
        /// Reports of which nothing was new, and all events that were not.
        case repeated
        /// Refused reports; the name is the reason's code.
        case refused
        /// Refused reports that were accepted when they were tried again, and their events.
        case replayed
        /// Reports that carried a field nobody knows; the name is its path.
        case unknownField = "unknown_field"
        /// Reports from a program that is likely no person's; the name is the program's.
        case agent
    }

    private struct Key: Hashable {
        var time: UInt32
        var app: [UInt8]
        var kind: Kind
        var name: String
    }

    private typealias Counts = (reports: UInt64, events: UInt64)

    private var counts: [Key: Counts] = [:]
    /// What was counted last: nearly always the same thing again, which then costs no look-up and no memory.
    private var latest: (key: Key, counts: Counts)?
    private var otherNames: [[UInt8]: Set<String>] = [:]

    /// Arrivals are counted by quarters of an hour: every time zone's days are made of whole ones.
    package static let bucketSeconds: UInt32 = 900
    /// Names of unknown fields that one batch tells apart for an app: what a client invents must not fill the store.
    private static let fieldNames = 64
    private static let others = "…"

    package init() {}

    package mutating func add(
        _ kind: Kind,
        name: String = "",
        app: UnsafeRawBufferPointer,
        arrivalMicroseconds: UInt64,
        reports: UInt64,
        events: UInt64
    ) {
        let seconds = UInt32(clamping: arrivalMicroseconds / 1_000_000)
        let time = seconds - seconds % Self.bucketSeconds
        if let key = latest?.key, key.kind == kind, key.time == time, key.name == name, key.app.elementsEqual(app) {
            latest?.counts.reports += reports
            latest?.counts.events += events
            return
        }
        settle()
        let app = Array(app)
        var name = name
        if kind == .unknownField {
            var known = otherNames[app] ?? []
            if known.count < Self.fieldNames || known.contains(name) {
                known.insert(name)
                otherNames[app] = known
            } else {
                name = Self.others
            }
        }
        latest = (Key(time: time, app: app, kind: kind, name: name), (reports, events))
    }

    private mutating func settle() {
        guard let (key, counted) = latest else { return }
        let before = counts[key] ?? (0, 0)
        counts[key] = (before.reports + counted.reports, before.events + counted.events)
        latest = nil
    }

    /// In an order that depends on nothing but the counts: the same range of the journal makes the same block.
    package var rows: TableRows {
        var settled = self
        settled.settle()
        let sorted = settled.counts.sorted { one, other in
            let (a, b) = (one.key, other.key)
            if a.time != b.time { return a.time < b.time }
            if a.kind != b.kind { return a.kind.rawValue < b.kind.rawValue }
            if a.app != b.app { return a.app.lexicographicallyPrecedes(b.app) }
            return a.name < b.name
        }
        var app = StringColumn()
        var kind = StringColumn()
        var name = StringColumn()
        for (key, _) in sorted {
            app.append(key.app)
            kind.append(key.kind.rawValue.utf8)
            name.append(key.name.utf8)
        }
        return TableRows(
            table: Schema.tallies,
            schema: Schema.tallyColumns,
            count: sorted.count,
            columns: [
                .text(kind), .text(app), .uint32(sorted.map(\.key.time)), .text(name),
                .uint64(sorted.map(\.value.reports)), .uint64(sorted.map(\.value.events)),
            ]
        )
    }
}
