import FootprintClient
import Foundation
import Synchronization
import Testing

/// The client's queue in front of a real server.
@Suite struct FootprintClientTests {
    private struct Report: Decodable {
        struct Head: Decodable { var uid: String }
        struct Item: Decodable {
            var pageID: Int?
            enum CodingKeys: String, CodingKey { case pageID = "page_id" }
        }
        var head: Head
        var items: [Item]
    }

    private static func report(_ request: MisbehavingServer.Request) throws -> Report {
        try JSONDecoder().decode(Report.self, from: Data(request.body.utf8))
    }

    private func client(
        _ url: String,
        onFailure: @escaping FootprintClient.FailureHandler = { _, _, _ in },
        change: (inout FootprintClient.Options) -> Void = { _ in }
    ) throws -> FootprintClient {
        var options = FootprintClient.Options()
        change(&options)
        return try FootprintClient(url: url, token: "t", options: options, onFailure: onFailure)
    }

    @Test("events of one user travel together, those of two do not")
    func groups() async throws {
        try await MisbehavingServer.run(always: .stored) { server, url in
            let client = try client(url)
            for page in 0..<6 {
                let uid = page.isMultiple(of: 2) ? "a" : "b"
                try await client.record(ReportItem(pageID: UInt32(page)), of: ReportHead(uid: uid, openid: "o"))
            }
            #expect(await client.close() == .init(accepted: 6))
            let reports = try server.requests.map(Self.report)
            let pages = Dictionary(uniqueKeysWithValues: reports.map { ($0.head.uid, $0.items.map(\.pageID)) })
            #expect(pages == ["a": [0, 2, 4], "b": [1, 3, 5]])
        }
    }

    @Test("a full report leaves at once, the rest when it is flushed")
    func fullReports() async throws {
        try await MisbehavingServer.run(always: .stored) { server, url in
            let client = try client(
                url,
                change: {
                    $0.batchItems = 10
                    $0.flushInterval = .seconds(3_600)
                }
            )
            for page in 0..<25 {
                try await client.record(ReportItem(pageID: UInt32(page)), of: ReportHead(uid: "a", openid: "o"))
            }
            #expect(await client.flush() == .init(accepted: 25))
            #expect(try server.requests.map { try Self.report($0).items.count }.sorted() == [5, 10, 10])
        }
    }

    @Test("without a flush, events leave by themselves after the interval")
    func leavesAlone() async throws {
        try await MisbehavingServer.run(always: .stored) { _, url in
            let client = try client(url, change: { $0.flushInterval = .milliseconds(20) })
            try await client.record(ReportItem(pageID: 1), of: ReportHead(uid: "a", openid: "o"))
            while await client.delivered.accepted < 1 {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    @Test("one bad event is singled out by name, its neighbours are stored")
    func singlesOut() async throws {
        let failures = Mutex<[(UInt32?, ReportError)]>([])
        let script: MisbehavingServer.Script = { _, request in
            request.body.contains(#""page_id":13"#)
                ? .refused("items[0].page_id: not a value of the tracking plan") : .stored
        }
        try await MisbehavingServer.run(script) { server, url in
            let client = try client(
                url,
                onFailure: { _, item, error in failures.withLock { $0.append((item.pageID, error)) } }
            )
            for page in 0..<40 {
                try await client.record(ReportItem(pageID: UInt32(page)), of: ReportHead(uid: "a", openid: "o"))
            }
            #expect(await client.close() == .init(accepted: 39, refused: 1))
            let stored = try server.requests.filter { !$0.body.contains(#""page_id":13"#) }.map(Self.report)
            #expect(stored.flatMap { $0.items.compactMap(\.pageID) }.sorted() == (0..<40).filter { $0 != 13 })
            // 40 events are halved six times, two requests each.
            #expect(server.requests.count <= 13)
        }
        let seen = failures.withLock { $0 }
        #expect(seen.map(\.0) == [13])
        #expect(seen.map(\.1) == [.refused(detail: "items[0].page_id: not a value of the tracking plan")])
    }

    @Test("the queue is bounded: over its limit recording fails, and the event is not sent")
    func bounded() async throws {
        try await MisbehavingServer.run(always: .stored) { server, url in
            let client = try client(
                url,
                change: {
                    $0.queueLimit = 3
                    $0.flushInterval = .seconds(3_600)
                }
            )
            let head = ReportHead(uid: "a", openid: "o")
            for page in 0..<3 { try await client.record(ReportItem(pageID: UInt32(page)), of: head) }
            await #expect(throws: ReportError.queueFull(limit: 3)) {
                try await client.record(ReportItem(pageID: 3), of: head)
            }
            #expect(await client.flush() == .init(accepted: 3))
            try await client.record(ReportItem(pageID: 4), of: head)
            #expect(await client.close() == .init(accepted: 4))
            let pages = try server.requests.flatMap { try Self.report($0).items.compactMap(\.pageID) }
            #expect(pages == [0, 1, 2, 4])
        }
    }

    @Test("what could not be delivered is counted and handed back")
    func handsBack() async throws {
        let failed = Mutex<[ReportError]>([])
        let unauthorized = MisbehavingServer.Behaviour.answer(status: 401, body: #"{"ret":1002,"msg":""}"#)
        try await MisbehavingServer.run(always: unauthorized) { server, url in
            let client = try client(url, onFailure: { _, _, error in failed.withLock { $0.append(error) } })
            for page in 0..<2 {
                try await client.record(ReportItem(pageID: UInt32(page)), of: ReportHead(uid: "a", openid: "o"))
            }
            #expect(await client.close() == .init(failed: 2))
            #expect(server.requests.count == 1)
        }
        #expect(failed.withLock { $0 } == [.unauthorized, .unauthorized])
    }

    @Test("a closed client takes nothing more")
    func closed() async throws {
        try await MisbehavingServer.run(always: .stored) { _, url in
            let client = try client(url)
            await client.close()
            await #expect(throws: ReportError.closed) {
                try await client.record(ReportItem(), of: ReportHead(uid: "a", openid: "o"))
            }
            await #expect(throws: ReportError.closed) {
                try await client.send([ReportItem()], of: ReportHead(uid: "a", openid: "o"))
            }
        }
    }

    @Test("text of any kind arrives as it was")
    func text() async throws {
        let uid = "a\"b\\c\n\t\u{01}é 用户 👩‍👩‍👧"
        try await MisbehavingServer.run(always: .stored) { server, url in
            try await client(url).send([ReportItem(pageID: 1)], of: ReportHead(uid: uid, openid: "o"))
            let request = try #require(server.requests.first)
            #expect(try Self.report(request).head.uid == uid)
        }
    }
}
