import EventStore
import Reports

/// Asks the store which of some suspected repeats it holds.
enum RepeatLookup {
    struct Suspect {
        /// Number of the event in its range.
        var number: Int
        var identity: EventIdentity
        var uid: String
        /// The reported time; nil where the arrival stands in for it, and the former one is not known.
        var eventTime: UInt32?

        /// Days since 1970, as the store's primary key begins; 0 where the time is not known.
        var day: UInt32 { eventTime.map { $0 / 86_400 } ?? 0 }
    }

    /// Suspects in one statement: about 100 kB of text, well under the engine's limit. Of a shared store everything is
    /// asked, and each statement goes over a network: more at once, for which it is given the room.
    private static func atOnce(_ store: any EventStore) -> Int { store.isShared ? 10_000 : 1_000 }

    /// Numbers of those that the store holds.
    static func known(_ suspects: [Suspect], store: any EventStore) async throws(StoreError) -> [Int] {
        var known: [Int] = []
        let timed = suspects.filter { $0.eventTime != nil }
        let untimed = suspects.filter { $0.eventTime == nil }
        for (suspects, isTimed) in [(timed, true), (untimed, false)] where !suspects.isEmpty {
            // Neighbours in the primary key stand together, so that one statement reads few granules.
            let sorted = suspects.sorted { ($0.day, $0.uid) < ($1.day, $1.uid) }
            let atOnce = atOnce(store)
            for start in stride(from: 0, to: sorted.count, by: atOnce) {
                let some = sorted[start..<min(start + atOnce, sorted.count)]
                let stored = try await identities(of: some, isTimed: isTimed, store: store)
                known += some.filter { stored.contains($0.identity) }.map(\.number)
            }
        }
        return known
    }

    private static func identities(
        of suspects: ArraySlice<Suspect>,
        isTimed: Bool,
        store: any EventStore
    ) async throws(StoreError) -> Set<EventIdentity> {
        let uids = Array(Set(suspects.map(\.uid)))
        let highs = suspects.map(\.identity.high)
        // An event's identity covers its uid and its time, so a repeat stands in the same day under the same uid: the
        // primary key finds it.
        let days: SQL = isTimed ? dayCondition(suspects) : "event_time_given = 0"
        // A copy that lags may not have yet what another one took.
        let answer = try await store.queryEveryCopy(
            """
            SELECT identity_high, identity_low FROM \(Schema.events) \
            WHERE \(days) AND uid IN \(uids) AND identity_high IN \(highs)
            """,
            limits: QueryLimits(timeoutSeconds: 120)
        )
        return Set(
            answer.rows.compactMap { row in
                guard case .uint(let high)? = row.first, case .uint(let low)? = row.last else { return nil }
                return EventIdentity(high: high, low: low)
            }
        )
    }

    private static func dayCondition(_ suspects: ArraySlice<Suspect>) -> SQL {
        // As a number, because the engine rewrites conditions on the date itself into ones that its key cannot serve.
        "toUInt16(toDate(event_time)) IN \(Set(suspects.map(\.day)).sorted())"
    }
}

extension RepeatFilter {
    /// The filter over all that the store holds.
    static func rebuilt(from store: any EventStore) async throws(StoreError) -> RepeatFilter {
        let patient = QueryLimits(timeoutSeconds: 600, resultRows: .max)
        let days = try await store.query(
            """
            SELECT toUInt32(toDate(event_time)), count() FROM \(Schema.events) \
            WHERE identity_high != 0 OR identity_low != 0 GROUP BY toDate(event_time)
            """,
            limits: patient
        )
        let counts = days.rows.compactMap { row -> (day: UInt64, count: UInt64)? in
            guard case .uint(let day)? = row.first, case .uint(let count)? = row.last else { return nil }
            return (day, count)
        }
        var filter = RepeatFilter(expected: Int(counts.reduce(0) { $0 + $1.count }))
        // Day by day, and a large day in slices, so that no answer is larger than a few million rows.
        for (day, count) in counts {
            let slices = count / 500_000 + 1
            for slice in 0..<slices {
                let answer = try await store.query(
                    """
                    SELECT identity_high, identity_low FROM \(Schema.events) WHERE toUInt16(toDate(event_time)) = \(day) \
                    AND (identity_high != 0 OR identity_low != 0) AND identity_low % \(slices) = \(slice)
                    """,
                    limits: patient
                )
                for row in answer.rows {
                    guard case .uint(let high)? = row.first, case .uint(let low)? = row.last else { continue }
                    filter.insert(EventIdentity(high: high, low: low))
                }
            }
        }
        return filter
    }
}
