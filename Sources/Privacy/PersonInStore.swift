import EventStore
import Quarantine

/// Where the store holds something about one person, and how much.
struct PersonInStore: Sendable {
    let person: Person
    let store: any EventStore
    /// Only what arrived until then, Unix microseconds; any time has a place in 63 bits.
    var untilMicroseconds: UInt64 = .max >> 1

    /// A table whose rows can be told to be a person's. In the order in which they are erased: the quarantine last,
    /// because the others' rows are named by what it holds.
    enum Table: String, CaseIterable {
        case events, sequences, replays, quarantine

        var sql: SQL {
            switch self {
            case .events: Schema.events
            case .sequences: Schema.sequences
            case .replays: Schema.replays
            case .quarantine: Schema.quarantine
            }
        }
    }

    static let patient = QueryLimits(timeoutSeconds: 600)

    // MARK: - Questions

    /// Rows of the person's in a table, by his uid, and by the arrivals of refused reports that mention him.
    func count(_ table: Table, refused: Set<UInt64>) async throws(StoreError) -> Int {
        var count = 0
        if let condition = condition(table, byHash: false) { count += try await self.count(table, condition) }
        for arrivals in Self.slices(refused) {
            guard let condition = condition(table, refused: arrivals) else { break }
            count += try await self.count(table, condition)
        }
        return count
    }

    private func count(_ table: Table, _ condition: SQL) async throws(StoreError) -> Int {
        let answer = try await store.query(
            "SELECT toUInt64(count()) FROM \(table.sql) WHERE \(condition)",
            limits: Self.patient
        )
        guard case .uint(let count)? = answer.rows.first?.first else { throw Self.unexpected }
        return Int(clamping: count)
    }

    /// Orders the engine to delete the rows. It does so in the background; ``count(_:refused:)`` says when it is done.
    ///
    /// The engine keeps the text of such an order in a file of its own, for a while. So the order names the person by a
    /// 64-bit hash and not by the uid; that another of N people has the same hash has a chance of N in 2⁶⁴.
    func delete(_ table: Table, refused: Set<UInt64>) async throws(StoreError) {
        if let condition = condition(table, byHash: true) {
            try await store.execute("ALTER TABLE \(table.sql) DELETE WHERE \(condition)")
        }
        for arrivals in Self.slices(refused) {
            guard let condition = condition(table, refused: arrivals) else { break }
            try await store.execute("ALTER TABLE \(table.sql) DELETE WHERE \(condition)")
        }
    }

    /// nil where the table's rows carry no uid.
    private func condition(_ table: Table, byHash: Bool) -> SQL? {
        switch table {
        case .events, .sequences:
            let whose: SQL = byHash ? "sipHash64(uid) = \(hash)" : "uid = \(person.uid)"
            return "\(whose) AND arrival <= \(untilMicroseconds)"
        case .replays, .quarantine: return nil
        }
    }

    /// nil where the table's rows are not named by a refused report's arrival.
    private func condition(_ table: Table, refused: [UInt64]) -> SQL? {
        switch table {
        case .events: nil
        // A refused report's row says nobody's uid.
        case .sequences: "arrival IN \(refused) AND uid = ''"
        case .replays, .quarantine: "arrival IN \(refused)"
        }
    }

    private var hash: SQL { "\(SipHash64.hash(person.uid.utf8))" }

    /// About 18 kB of text in one statement.
    private static func slices(_ arrivals: Set<UInt64>) -> [[UInt64]] {
        let all = arrivals.sorted()
        return stride(from: 0, to: all.count, by: 1_000).map { Array(all[$0..<min($0 + 1_000, all.count)]) }
    }

    // MARK: - Times

    /// When the person's last event arrived, Unix microseconds; nil: there is none.
    func newestArrival() async throws(StoreError) -> UInt64? {
        let answer = try await store.query(
            "SELECT toUInt64(count()), max(arrival) FROM \(Schema.events) WHERE uid = \(person.uid)",
            limits: Self.patient
        )
        guard case .uint(let count)? = answer.rows.first?.first, case .uint(let newest)? = answer.rows.first?.last
        else { throw Self.unexpected }
        return count > 0 ? newest : nil
    }

    /// When the person's first and last event happened, and anybody's first, Unix seconds.
    func times() async throws(StoreError) -> (events: ClosedRange<Int64>?, oldest: Int64?) {
        let own = try await span(" WHERE uid = \(person.uid) AND arrival <= \(untilMicroseconds)")
        return (own, try await span("")?.lowerBound)
    }

    private func span(_ condition: SQL) async throws(StoreError) -> ClosedRange<Int64>? {
        let answer = try await store.query(
            """
            SELECT toUInt64(count()), toInt64(min(event_time)), toInt64(max(event_time)) \
            FROM \(Schema.events)\(condition)
            """,
            limits: Self.patient
        )
        guard let row = answer.rows.first, row.count == 3, case .uint(let count) = row[0],
            case .int(let first) = row[1], case .int(let last) = row[2], first <= last
        else { throw Self.unexpected }
        return count > 0 ? first...last : nil
    }

    /// Nothing is erased, and nothing said to be gone, on an answer that nobody understands.
    static let unexpected = StoreError.misconfigured("the store's answer has another shape than was asked for")

    // MARK: - Refused reports

    private static let pageRows = 64

    /// A refused report of the quarantine that mentions the person.
    struct Refused: Sendable {
        var arrivalMicroseconds: UInt64
        var app: String
        var code: String
        var detail: String
        var body: [UInt8]
        /// Of the whole body.
        var bodyBytes: UInt64
        var isReplayed: Bool
    }

    /// A page of the refused reports that mention the person, oldest first, and where the next one begins; nil: this was
    /// the last.
    func refused(after last: UInt64?) async throws(StoreError) -> (page: [Refused], next: UInt64?) {
        let page = try await candidates(after: last)
        let isLast = page.count < Self.pageRows
        return (
            page.filter { refused in refused.body.withUnsafeBytes { person.isMentioned(in: $0) } },
            isLast ? nil : page.last?.arrivalMicroseconds
        )
    }

    /// What names all of them.
    func refusedArrivals() async throws(StoreError) -> Set<UInt64> {
        var arrivals: Set<UInt64> = []
        var last: UInt64?
        repeat {
            let (page, next) = try await refused(after: last)
            arrivals.formUnion(page.map(\.arrivalMicroseconds))
            last = next
        } while last != nil
        return arrivals
    }

    private func candidates(after last: UInt64?) async throws(StoreError) -> [Refused] {
        // The engine finds bodies that may mention the uid; with a backslash, that may be in other letters. As digits,
        // because an answer's strings are text, and a body need not be.
        let after: SQL = last.map { "arrival > \($0) AND " } ?? ""
        let answer = try await store.query(
            """
            SELECT arrival, app, code, detail, hex(body), toUInt64(body_bytes), \
            toUInt64(arrival IN (SELECT arrival FROM \(Schema.replays))) FROM \(Schema.quarantine) \
            WHERE \(after)arrival <= \(untilMicroseconds) \
            AND (position(body, \(person.uid)) > 0 OR position(body, '\\\\') > 0) \
            ORDER BY arrival LIMIT 1 BY arrival LIMIT \(Self.pageRows)
            """,
            limits: Self.patient
        )
        return try answer.rows.map { (row) throws(StoreError) -> Refused in
            guard row.count == 7, case .uint(let arrival) = row[0], case .string(let app) = row[1],
                case .string(let code) = row[2], case .string(let detail) = row[3], case .string(let hex) = row[4],
                case .uint(let bodyBytes) = row[5], case .uint(let isReplayed) = row[6]
            else { throw Self.unexpected }
            return Refused(
                arrivalMicroseconds: arrival,
                app: app,
                code: code,
                detail: detail,
                body: Hexadecimal.bytes(hex),
                bodyBytes: bodyBytes,
                isReplayed: isReplayed == 1
            )
        }
    }
}
