import EventStore
import Foundation
import RemoteClickHouse
import TestSupport
import Testing

extension OnACluster {
    @Suite("Asking")
    struct QuestionTests {
        @Test(
            "a question changes nothing and reads no other server",
            arguments: [
                "INSERT INTO events SELECT * FROM events",
                "ALTER TABLE events DELETE WHERE 1",
                "DROP TABLE events",
                "SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a UInt8')",
                "SELECT * FROM system.clusters",
                "SELECT 1; SELECT 2",
            ]
        )
        func readOnly(statement: String) async throws {
            try await SharedCluster.current.withStore { store, _ in
                let error = await storeError { _ = try await store.rows(SQL(writtenByOperator: statement)) }
                guard case .refused? = error else {
                    Issue.record("\(error.map { "\($0)" } ?? "it was answered")")
                    return
                }
                let count = try await store.count()
                #expect(count == 0)
            }
        }

        @Test("a question stays within its limits")
        func limits() async throws {
            try await SharedCluster.current.withStore { store, _ in
                try await store.insert(.events(3_000), token: "range")
                let tooMany = await storeError {
                    _ = try await store.query("SELECT uid FROM \(Schema.events)", limits: QueryLimits(resultRows: 10))
                }
                guard case .overLimit? = tooMany else {
                    Issue.record("rows: \(tooMany.map { "\($0)" } ?? "answered")")
                    return
                }
                let slow = await storeError {
                    _ = try await store.query(
                        "SELECT count() FROM (SELECT arrayJoin(range(60000)) AS x FROM \(Schema.events)) WHERE sipHash64(x) = 0",
                        limits: QueryLimits(timeoutSeconds: 1)
                    )
                }
                guard case .overLimit? = slow else {
                    Issue.record("time: \(slow.map { "\($0)" } ?? "answered")")
                    return
                }
            }
        }

        @Test("every kind of value comes as it is")
        func values() async throws {
            try await SharedCluster.current.withStore { store, _ in
                let rows = try await store.rows(
                    """
                    SELECT toUInt8(255), toInt8(-1), toUInt16(65535), toInt16(-2), toInt32(-3), toInt64(-4), \
                    toUInt64(18446744073709551615), toFloat32(0.5), toFloat64(-0.25), 'a''б', NULL, toNullable(7), \
                    [[1, 2], [], [3]], (toUInt8(1), 'x'), toFixedString('ab', 4), toDate('1970-01-03'), \
                    toDateTime(86400, 'UTC'), CAST('two' AS Enum8('one' = 1, 'two' = 2)), emptyArrayString()
                    """
                )
                #expect(
                    rows == [
                        [
                            .uint(255), .int(-1), .uint(65_535), .int(-2), .int(-3), .int(-4), .uint(.max),
                            .double(0.5),
                            .double(-0.25), .string("a'б"), .null, .uint(7),
                            .array([.array([.uint(1), .uint(2)]), .array([]), .array([.uint(3)])]),
                            .array([.uint(1), .string("x")]), .string("ab"), .uint(2), .uint(86_400), .string("two"),
                            .array([]),
                        ]
                    ]
                )
            }
        }

        @Test("a type that cannot be shown is named, with what to do")
        func unknownType() async throws {
            try await SharedCluster.current.withStore { store, _ in
                let error = await storeError { _ = try await store.rows("SELECT sumState(toUInt64(1)) AS state") }
                guard case .refused(let message, _)? = error else {
                    Issue.record("\(error.map { "\($0)" } ?? "it was answered")")
                    return
                }
                #expect(message.contains("AggregateFunction"))
                #expect(message.contains("toString"))
            }
        }

        @Test("another format than asked for is refused, and not misread")
        func format() async throws {
            try await SharedCluster.current.withStore { store, _ in
                let error = await storeError { _ = try await store.rows("SELECT 1 FORMAT JSON") }
                guard case .refused(let message, _)? = error else {
                    Issue.record("\(error.map { "\($0)" } ?? "it was answered")")
                    return
                }
                #expect(message.contains("FORMAT"))
            }
        }

        @Test("a server that is away does not hold up a question: another one answers")
        func away() async throws {
            let cluster = try SharedCluster.current
            try await cluster.withStore(options: "&insert_quorum=2") { store, _ in
                try await store.insert(.events(1_000), token: "range")
                try await everywhere(store, 1_000)
                try await cluster.without("s1r1") {
                    for _ in 0..<8 {
                        let count = try await store.count()
                        #expect(count == 1_000)
                    }
                }
            }
        }

        @Test("who is not let in is told so, and the password is not")
        func credentials() async throws {
            let cluster = try SharedCluster.current
            let port = cluster.ports[0]
            for (address, reason) in [
                ("clickhouse://nobody:secret@127.0.0.1:\(port)/footprint", "user"),
                ("clickhouse://default:secret@127.0.0.1:\(port)/footprint", "password"),
                ("clickhouse://127.0.0.1:\(port)/footprint?cluster=other", "no cluster other; they know footprint"),
                (
                    "clickhouse://127.0.0.1:\(port),127.0.0.1:\(cluster.ports[2])/nothing_here?cluster=footprint",
                    "store init"
                ),
            ] {
                try await cluster.withStore(at: address) { store in
                    let error = await storeError { try await store.prepare() }
                    guard case .misconfigured(let message)? = error else {
                        Issue.record("\(address): \(error.map { "\($0)" } ?? "let in")")
                        return
                    }
                    #expect(message.contains(reason))
                    #expect(!message.contains("secret"))
                }
            }
        }
    }
}
