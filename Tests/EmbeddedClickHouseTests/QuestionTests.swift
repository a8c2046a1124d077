import EmbeddedClickHouse
import EventStore
import Synchronization
import Testing

@Suite("Asking")
struct QuestionTests {
    /// One store for the whole table: opening one takes longer than all its questions. The engine hands over what it
    /// has: moments without a fraction as Unix seconds, enumerated values as their numbers, UUIDs and wide numbers as
    /// their bytes; `toString` shows them otherwise.
    @Test("an answer holds every type that SQL can bring forth")
    func types() async throws {
        let table: [(String, ResultSet.Value)] = [
            ("true", .bool(true)),
            ("1 = 1", .uint(1)),
            ("toInt8(-1)", .int(-1)),
            ("toInt64(-9223372036854775808)", .int(.min)),
            ("toUInt16(65535)", .uint(65535)),
            ("18446744073709551615", .uint(.max)),
            ("toFloat32(0.5)", .double(0.5)),
            ("1e300", .double(1e300)),
            ("'文字'", .string("文字")),
            ("''", .string("")),
            ("toNullable('a')", .string("a")),
            ("NULL::Nullable(String)", .null),
            ("NULL", .null),
            ("CAST(NULL, 'Nullable(UInt32)')", .null),
            ("toDate('2024-02-29')", .string("2024-02-29")),
            ("toDate32('1925-01-01')", .string("1925-01-01")),
            ("toDateTime('2024-03-13 00:00:00', 'UTC')", .uint(1_710_288_000)),
            ("toDateTime64('2024-03-13 08:00:00.250', 3, 'Asia/Shanghai')", .string("2024-03-13 08:00:00.250")),
            ("toDateTime64('1969-12-31 23:59:59.5', 1, 'UTC')", .string("1969-12-31 23:59:59.500")),
            ("toDecimal64('-12.50', 2)", .string("-12.50")),
            ("toDecimal128('0.001', 3)", .string("0.001")),
            ("toDecimal256('-123456789012345678901234567890.5', 1)", .string("-123456789012345678901234567890.5")),
            ("[1, 2, 3]", .array([.uint(1), .uint(2), .uint(3)])),
            ("[]::Array(UInt8)", .array([])),
            ("[[1], [], [2, NULL]]", .array([.array([.uint(1)]), .array([]), .array([.uint(2), .null])])),
            ("('a', 1, NULL::Nullable(UInt8))", .array([.string("a"), .uint(1), .null])),
            ("map('k', 1)", .array([.array([.string("k"), .uint(1)])])),
            ("toLowCardinality('low')", .string("low")),
            ("CAST('b', 'LowCardinality(Nullable(String))')", .string("b")),
            ("toFixedString('ab', 4)", .string("ab")),
            ("CAST('b', 'Enum8(\\'a\\' = 1, \\'b\\' = 2)')", .int(2)),
            ("toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0')", .string("61f0c4045cb311e7907ba6006ad3dba0")),
            (
                "toString(toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0'))",
                .string("61f0c404-5cb3-11e7-907b-a6006ad3dba0")
            ),
            ("toIPv4('127.0.0.1')", .uint(2_130_706_433)),
            ("toInt128(-5)", .string("fbffffffffffffffffffffffffffffff")),
            ("toString(toInt128(-5))", .string("-5")),
        ]
        try await withStore { store in
            for (expression, expected) in table {
                // Two rows, and the second one looked at as well: offsets count.
                let rows = try await store.rows("SELECT \(SQL(writtenByOperator: expression)) AS x FROM numbers(2)")
                #expect(rows == [[expected], [expected]], "\(expression)")
            }
        }
    }

    @Test("a type that cannot be shown is refused with a sentence")
    func unknownType() async throws {
        await #expect {
            try await withStore { try await $0.rows("SELECT sumState(number) AS state FROM numbers(3)") }
        } throws: { error in
            guard case StoreError.refused(let message, _) = error else { return false }
            return !message.isEmpty
        }
    }

    @Test("column names come with the rows, also where there are none")
    func names() async throws {
        let answer = try await withStore {
            try await $0.query(
                "SELECT uid AS user, count() AS n FROM events WHERE 0 GROUP BY uid",
                limits: QueryLimits()
            )
        }
        #expect(answer == ResultSet(columns: ["user", "n"], rows: []))
    }

    @Test("a large answer comes whole, in order and in blocks")
    func manyRows() async throws {
        let answer = try await withStore {
            try await $0.query("SELECT number, toString(number) FROM numbers(200000)", limits: QueryLimits())
        }
        #expect(answer.rows.count == 200_000)
        #expect(answer.rows.last == [.uint(199_999), .string("199999")])
    }

    @Test("millions of number pairs stream past without becoming an answer")
    func blocks() async throws {
        let sum = Sum()
        try await withStore { store in
            try await store.forEachBlock(
                "SELECT number, number * 2 FROM numbers(3000000)",
                limits: QueryLimits(resultRows: 3_000_000)
            ) { columns in
                sum.add(rows: columns[0].count, columns[0].reduce(0, &+) &+ columns[1].reduce(0, &+))
            }
            await #expect(throws: StoreError.refused(message: "the column x is not UInt64", code: nil)) {
                try await store.forEachBlock("SELECT 'a' AS x", limits: QueryLimits()) { _ in }
            }
        }
        #expect(sum.rows == 3_000_000)
        #expect(sum.total == 3 * (3_000_000 * 2_999_999 / 2))
    }

    @Test("a wrong statement is refused with the engine's reason and code")
    func wrong() async throws {
        let table: [(statement: String, code: Int?)] = [
            ("SELECT FROM WHERE", 62),
            ("SELECT nothing_like_it FROM events", 47),
            ("SELECT * FROM nowhere", 60),
            ("SELECT nofunction(1)", 46),
            ("SELECT 1 + 'a'", 43),
            ("SELECT 1; SELECT 2", nil),
            ("SELECT 'open", nil),
            ("", nil),
        ]
        try await withStore { store in
            for (statement, code) in table {
                await #expect("\(statement)") {
                    try await store.rows(SQL(writtenByOperator: statement))
                } throws: { error in
                    guard case StoreError.refused(let message, let found) = error else { return false }
                    return found == code && !message.isEmpty && !message.contains("DB::Exception")
                }
            }
        }
    }
}

/// What several blocks add up to.
private final class Sum: Sendable {
    private let state = Mutex((rows: 0, total: UInt64(0)))

    func add(rows: Int, _ total: UInt64) {
        state.withLock {
            $0.rows += rows
            $0.total &+= total
        }
    }

    var rows: Int { state.withLock { $0.rows } }
    var total: UInt64 { state.withLock { $0.total } }
}
