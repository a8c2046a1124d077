import Access
import EmbeddedClickHouse
import EventStore
import Insights
import Journal
import Privacy
import Testing

/// An erasure that is broken off between any two of its steps, and goes on in the next process.
@Suite("An erasure's steps", .serialized)
struct ErasureStepsTests {
    private func signed(_ privacy: Privacy, _ id: String) async throws -> JSONValue? {
        switch try await privacy.erasures.wait(for: id, seconds: 0) {
        case .done(let receipt): return receipt.json
        case .pending: return nil
        }
    }

    @Test(
        "wherever the store goes away, before a call or after it, the next start finishes, and the receipt counts right",
        arguments: [false, true]
    )
    func cuts(isAfter: Bool) async throws {
        let dock = try await Dock()
        var call = 0
        var finishedUncut = false
        while !finishedUncut {
            let gone = "gone-\(isAfter)-\(call)"
            let stays = "stays-\(isAfter)-\(call)"
            try await dock.run { journal, _ in try await dock.report([gone, stays], to: journal) }
            let store = BreakingStore(dock.store, .init(call: call, isAfter: isAfter))
            let id = try await dock.run(breaking: store) { _, privacy in
                let id = try privacy.erasures.order(try Person(uid: gone), by: .commandLine(user: "test"))
                let isDone = await privacy.erasures.finishPending()
                #expect(isDone != store.wasCut, "call \(call)")
                finishedUncut = isDone
                return id
            }
            let receipt = try await dock.run { journal, privacy in
                let isDone = await privacy.erasures.finishPending()
                #expect(isDone, "call \(call)")
                let all = journal.segments.reduce(0) { $0 + $1.sizeBytes }
                #expect(all > 0)
                return try await signed(privacy, id)
            }
            #expect(receipt?["store"]?["events"] == .int(3), "call \(call): \(String(describing: receipt))")
            #expect(receipt?["store"]?["quarantine"] == .int(1), "call \(call)")
            #expect(receipt?["journal"]?["records"] == .int(4), "call \(call)")
            let left = try await dock.count(Schema.events, "uid = \(gone)")
            let others = try await dock.count(Schema.events, "uid = \(stays)")
            let refused = try await dock.count(Schema.quarantine, "position(body, \(gone)) > 0")
            let othersRefused = try await dock.count(Schema.quarantine, "position(body, \(stays)) > 0")
            #expect(left == 0 && refused == 0 && others == 3 && othersRefused == 1, "call \(call)")
            let everything = try dock.folder.everything()
            #expect(!contains(gone, everything), "call \(call)")
            call += 1
        }
        // Counts, orders and counts again, of four tables: fewer would mean that steps were left out.
        #expect(call > 12)
        await dock.close()
    }

    @Test("a receipt that was written before the crash stands; the erasure is not made twice")
    func afterReceipt() async throws {
        let dock = try await Dock()
        try await dock.run { journal, _ in try await dock.report(["gone"], to: journal) }
        let (id, first) = try await dock.run { _, privacy in
            let id = try privacy.erasures.order(try Person(uid: "gone"), by: .system)
            _ = await privacy.erasures.finishPending()
            return (id, try await signed(privacy, id))
        }
        try await dock.run { _, privacy in
            let isDone = await privacy.erasures.finishPending()
            let again = try await signed(privacy, id)
            let pending = try privacy.directory.pending()
            #expect(isDone && again == first && pending.isEmpty)
        }
        await dock.close()
    }

    @Test("a clock that was ahead when events arrived keeps none of them")
    func clock() async throws {
        let dock = try await Dock()
        try await dock.run { journal, _ in try await dock.report(["gone"], to: journal) }
        // As an import with arrivals of next year would have left them.
        try await dock.store.execute(
            """
            INSERT INTO \(Schema.events) (event_time, arrival, uid, app) \
            VALUES (toDateTime(1710300000), 4102444800000000, 'gone', 'app_test')
            """
        )
        let receipt = try await dock.run { _, privacy in
            let id = try privacy.erasures.order(try Person(uid: "gone"), by: .system)
            _ = await privacy.erasures.finishPending()
            return try await signed(privacy, id)
        }
        #expect(receipt?["store"]?["events"] == .int(4))
        let left = try await dock.count(Schema.events, "uid = 'gone'")
        #expect(left == 0)
        await dock.close()
    }

    @Test("exports whose period holds the person's events are named in the receipt")
    func exports() async throws {
        let dock = try await Dock()
        try await dock.run { journal, _ in try await dock.report(["gone"], to: journal) }
        try await dock.run { _, privacy in
            func entry(_ path: String, _ from: Int64, _ to: Int64) -> ExportsIndex.Entry {
                .init(time: to, path: path, format: "csv", from: from, to: to, rows: 3, by: "cli:alice")
            }
            try privacy.directory.exports.append(entry("held.csv", 1_732_400_000, 1_732_500_000))
            try privacy.directory.exports.append(entry("later.csv", 1_732_500_000, 1_732_600_000))
            let id = try privacy.erasures.order(try Person(uid: "gone"), by: .system)
            _ = await privacy.erasures.finishPending()
            let receipt = try await signed(privacy, id)
            #expect(receipt?["exports"]?[0]?["path"] == .string("held.csv"))
            #expect(receipt?["exports"]?[1] == nil)
        }
        await dock.close()
    }
}
