package import EventStore
package import Journal
package import Logging
package import Reports

/// Reports that were refused, and their second chance: through the plan as it is now.
///
/// A replayed report keeps the arrival it had, so that its events stand where they would have stood. That arrival also
/// names it: however often it is replayed, and wherever a crash falls, the loader takes it once.
package actor Quarantine {
    private let store: any EventStore
    private let journal: Journal
    private let plan: @Sendable () -> PlanTable
    private let logger: Logger
    private var isReplaying = false
    /// Journaled here, and perhaps not loaded yet.
    private var replayedHere: Set<UInt64> = []

    /// - Parameter plan: the plan of the moment.
    package init(
        store: any EventStore,
        journal: Journal,
        plan: @escaping @Sendable () -> PlanTable,
        logger: Logger
    ) {
        self.store = store
        self.journal = journal
        self.plan = plan
        self.logger = logger
    }

    /// Which refused reports.
    package struct Selection: Sendable, Equatable {
        /// ``Rejection/code``; nil: any.
        package var code: String?
        package var app: String?
        /// Arrival, Unix seconds; the end excluded.
        package var fromSeconds: Int64?
        package var toSeconds: Int64?

        package init() {}

        package var condition: SQL {
            var conditions: [SQL] = ["arrival NOT IN (SELECT arrival FROM \(Schema.replays))"]
            if let code { conditions.append("code = \(code)") }
            if let app { conditions.append("app = \(app)") }
            if let fromSeconds { conditions.append("arrival >= \(Self.microseconds(fromSeconds))") }
            if let toSeconds { conditions.append("arrival < \(Self.microseconds(toSeconds))") }
            return .joined(conditions, separator: " AND ")
        }

        private static func microseconds(_ seconds: Int64) -> UInt64 {
            UInt64(min(max(0, seconds), 1 << 40)) * 1_000_000
        }
    }

    /// What became of them.
    package struct Outcome: Sendable, Equatable {
        package var replayed = 0
        package var events = 0
        /// Still refused, by ``Rejection/code``.
        package var refused: [String: Refused] = [:]
        /// Too long to have been kept whole, so that nobody can say.
        package var cut = 0

        package init() {}

        package struct Refused: Sendable, Equatable {
            package var count = 0
            /// What one of them would be told.
            package var detail = ""

            package init(count: Int = 0, detail: String = "") {
                self.count = count
                self.detail = detail
            }
        }
    }

    package enum Failure: Error, Sendable, CustomStringConvertible {
        /// One at a time.
        case underWay
        case store(StoreError)
        case journal(JournalError)

        package var description: String {
            switch self {
            case .underWay: "another replay, or an erasure, is under way; wait for its end"
            case .store(let error): "\(error)"
            case .journal(let error): "\(error)"
            }
        }
    }

    // MARK: - Replaying

    /// Tries refused reports again, oldest first, and journals those that are accepted now. What was journaled before a
    /// failure stays so: calling again goes on.
    ///
    /// - Parameter isDryRun: only says what would happen.
    package func replay(_ selection: Selection, isDryRun: Bool) async throws(Failure) -> Outcome {
        guard !isReplaying else { throw .underWay }
        isReplaying = true
        defer { isReplaying = false }
        try await forgetLoaded()
        var outcome = Outcome()
        var last: UInt64 = 0
        while true {
            let page = try await page(of: selection, after: last)
            guard let newest = page.last?.arrivalMicroseconds else { break }
            last = newest
            let batch = JournalBatch()
            let accepted = check(page.filter { !replayedHere.contains($0.arrivalMicroseconds) }, into: batch, &outcome)
            if !isDryRun, !batch.isEmpty {
                try await journal.commit(batch)
                replayedHere.formUnion(accepted)
            }
        }
        if !isDryRun {
            logger.info(
                "replayed refused reports",
                metadata: ["reports": "\(outcome.replayed)", "events": "\(outcome.events)"]
            )
        }
        return outcome
    }

    /// Keeps replays away until ``release()``: what is erased meanwhile must not be journaled again from what one had read.
    /// False where one is under way.
    package func hold() -> Bool {
        guard !isReplaying else { return false }
        isReplaying = true
        return true
    }

    /// Ends what ``hold()`` began.
    package func release() {
        isReplaying = false
    }

    /// What the store knows to be replayed need not be remembered here.
    private func forgetLoaded() async throws(Failure) {
        let all = Array(replayedHere)
        for start in stride(from: 0, to: all.count, by: 1_000) {
            let some = Array(all[start..<min(start + 1_000, all.count)])
            do {
                let answer = try await store.query(
                    "SELECT arrival FROM \(Schema.replays) WHERE arrival IN \(some)",
                    limits: QueryLimits(timeoutSeconds: 120)
                )
                for case .uint(let arrival)? in answer.rows.map(\.first) { replayedHere.remove(arrival) }
            } catch {
                throw .store(error)
            }
        }
    }

    private struct Refused {
        var arrivalMicroseconds: UInt64
        var app: [UInt8]
        var hasWrongKey: Bool
        /// Empty where the client gave none.
        var key: [UInt8]
        var body: [UInt8]
        var isWhole: Bool
    }

    private static let pageRows = 64
    private static let pageColumns: [SQL] = [
        "arrival", "app", "code", "idempotency_key", "digits", "kept", "body_bytes",
    ]
    /// Whoever named a report wrongly has sent it again under a right name by now: without one it would count twice.
    private static let wrongKey = Rejection(.idempotencyKey, at: .report)

    private func page(of selection: Selection, after last: UInt64) async throws(Failure) -> [Refused] {
        let answer: ResultSet
        do {
            // As digits, because an answer's strings are text, and a body need not be.
            answer = try await store.query(
                """
                SELECT \(.joined(Self.pageColumns, separator: ", ")) FROM \(perShard: """
                    SELECT arrival, app, code, idempotency_key, hex(body) AS digits, toUInt32(length(body)) AS kept, \
                    body_bytes FROM \(Schema.quarantine) WHERE arrival > \(last) AND \(selection.condition) \
                    ORDER BY arrival LIMIT 1 BY arrival LIMIT \(Self.pageRows)
                    """, columns: Self.pageColumns) ORDER BY arrival LIMIT \(Self.pageRows)
                """,
                limits: QueryLimits(timeoutSeconds: 120)
            )
        } catch {
            throw .store(error)
        }
        return answer.rows.compactMap { row in
            guard row.count == 7, case .uint(let arrival) = row[0], case .string(let app) = row[1],
                case .string(let code) = row[2], case .string(let key) = row[3], case .string(let hex) = row[4],
                case .uint(let kept) = row[5], case .uint(let whole) = row[6]
            else { return nil }
            return Refused(
                arrivalMicroseconds: arrival,
                app: Array(app.utf8),
                hasWrongKey: code == Self.wrongKey.code,
                key: Array(key.utf8),
                body: Hexadecimal.bytes(hex),
                isWhole: kept == whole
            )
        }
    }

    /// Puts what is accepted now into the batch; returns what names it.
    private func check(_ page: [Refused], into batch: JournalBatch, _ outcome: inout Outcome) -> [UInt64] {
        let parser = ReportParser()
        let plan = plan()
        var accepted: [UInt64] = []
        for refused in page {
            guard refused.isWhole else {
                outcome.cut += 1
                continue
            }
            guard !refused.hasWrongKey else {
                let why = Self.wrongKey
                outcome.refused[why.code, default: .init(detail: why.detail)].count += 1
                continue
            }
            let verdict = refused.body.withUnsafeBytes { body in
                withUnsafeBytes(refused.app, refused.key) { app, key -> Result<ReportParser.Encoded, Rejection> in
                    let room = batch.reserve(payloadBytes: encodedReportBound(bodyBytes: body.count))
                    do throws(Rejection) {
                        return .success(
                            try parser.parse(
                                body,
                                plan: plan,
                                circumstances: .init(
                                    app: app,
                                    // What was in the future then is not mended by waiting.
                                    nowSeconds: Int64(refused.arrivalMicroseconds / 1_000_000),
                                    arrivalMicroseconds: refused.arrivalMicroseconds,
                                    idempotencyKey: key.isEmpty ? nil : key
                                ),
                                into: room
                            )
                        )
                    } catch {
                        return .failure(error)
                    }
                }
            }
            switch verdict {
            case .success(let encoded):
                batch.commit(payloadBytes: encoded.sizeBytes, kind: .replay)
                accepted.append(refused.arrivalMicroseconds)
                outcome.replayed += 1
                outcome.events += encoded.items
            case .failure(let rejection):
                outcome.refused[rejection.code, default: .init(detail: rejection.detail)].count += 1
            }
        }
        return accepted
    }

    // MARK: - Bounds

    /// Lets the oldest go where all together take more than `limitBytes`. Returns how many went.
    package func trim(limitBytes: Int) async throws(StoreError) -> Int {
        let size: SQL = "length(body) + 200"
        let patient = QueryLimits(timeoutSeconds: 120)
        let total = try await store.query("SELECT sum(\(size)) FROM \(Schema.quarantine)", limits: patient)
        guard case .uint(let bytes)? = total.rows.first?.first, bytes > UInt64(limitBytes) else { return 0 }
        // A tenth more than must go, so that the next time is not the next report.
        // Arrays instead of a window function, which not every engine has: 16 bytes for each refused report.
        let answer = try await store.query(
            """
            SELECT arrayElement(gone, 1), toUInt64(length(gone)) FROM (SELECT arrayFilter((arrival, newer) -> \
            newer > \(limitBytes / 10 * 9), arrivals, arrayCumSum(sizes)) AS gone FROM (\
            SELECT groupArray(arrival) AS arrivals, groupArray(size) AS sizes FROM (\
            SELECT arrival, toUInt64(\(size)) AS size FROM \(Schema.quarantine) ORDER BY arrival DESC)))
            """,
            limits: patient
        )
        guard case .uint(let arrival)? = answer.rows.first?.first, case .uint(let count)? = answer.rows.first?.last,
            count > 0
        else {
            return 0
        }
        try await store.execute("ALTER TABLE \(Schema.quarantine) DELETE WHERE arrival <= \(arrival)")
        return Int(count)
    }
}

private func withUnsafeBytes<Result>(
    _ first: [UInt8],
    _ second: [UInt8],
    _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Result
) -> Result {
    first.withUnsafeBytes { first in second.withUnsafeBytes { body(first, $0) } }
}

extension Journal {
    /// Submits a batch and waits until it is durable.
    fileprivate func commit(_ batch: JournalBatch) async throws(Quarantine.Failure) {
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<JournalError?, Never>) in
            do throws(JournalError) {
                try submit(batch) { _, result in
                    if case .failure(let error) = result {
                        continuation.resume(returning: error)
                    } else {
                        continuation.resume(returning: nil)
                    }
                }
            } catch {
                continuation.resume(returning: error)
            }
        }
        if let result { throw .journal(result) }
    }
}

/// Bytes as an answer of the store spells them.
package enum Hexadecimal {
    /// The engine's own spelling: two capital digits a byte.
    package static func bytes(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 2)
        var high: UInt8?
        for digit in text.utf8 {
            let value = digit < UInt8(ascii: "A") ? digit &- UInt8(ascii: "0") : digit &- UInt8(ascii: "A") &+ 10
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }
}
