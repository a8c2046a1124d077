import Foundation
import Journal
import Synchronization
import TestSupport
import Testing

/// The promise, over a disk that forgets and reorders: what was acknowledged is read back, once, and nothing that was
/// never submitted is.
@Suite("Power cuts")
struct PowerCutTests {
    /// 10,000 by `make torture`; one seed alone by FOOTPRINT_POWER_CUT_SEED.
    private static let seeds: Range<UInt64> = {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["FOOTPRINT_POWER_CUT_SEED"].flatMap(UInt64.init) { return seed..<(seed + 1) }
        return 0..<(environment["FOOTPRINT_POWER_CUT_SEEDS"].flatMap(UInt64.init) ?? 300)
    }()

    @Test("what was acknowledged is there after any power cut, whatever the disk forgot and reordered")
    func cuts() async throws {
        for seed in Self.seeds {
            if let broken = try await Self.brokenPromise(seed: seed) {
                Issue.record("seed \(seed): \(broken)")
                return
            }
        }
    }

    @Test("a disk that lies about its syncs is found out, so the test can fail")
    func lyingDisk() async throws {
        var broken = 0
        for seed in 0..<40 as Range<UInt64> where try await Self.brokenPromise(seed: seed, syncs: false) != nil {
            broken += 1
        }
        #expect(broken > 10)
    }

    /// Lets a journal live through three power cuts. Returns how the promise was broken; nil where it was kept.
    private static func brokenPromise(seed: UInt64, syncs: Bool = true) async throws -> String? {
        var random = SeededRandom(seed: seed)
        var simulated = SimulatedDisk(
            callsUntilPowerCut: .random(in: 5..<150, using: &random),
            syncsFiles: syncs
        )
        var submitted = Set<String>()
        var acknowledged: [String] = []
        for life in 0..<3 {
            let ledger = Ledger()
            let options = JournalOptions(segmentBytes: 4096, preallocates: Bool.random(using: &random))
            if let journal = try? Journal.open(folder: "/j", options: options, disk: simulated).journal {
                for round in 0..<40 where !simulated.isOff {
                    let batch = JournalBatch(capacityBytes: 64)
                    let names = (0..<Int.random(in: 1...4, using: &random)).map { "\(life).\(round).\($0)." }
                    for name in names {
                        let size = Int.random(in: 0..<600, using: &random)
                        batch.append(Array((name + String(repeating: "x", count: size)).utf8), kind: .report)
                    }
                    submitted.formUnion(names)
                    // By this thread, as a socket loop commits, or by the journal's.
                    if !Bool.random(using: &random) || !ledger.commit(batch, names, to: journal) {
                        ledger.submit(batch, names, to: journal)
                    }
                    // Alone in its group, or with others.
                    if Bool.random(using: &random) { await ledger.settle() }
                }
                simulated.cutPower()
                journal.close()
            }
            simulated.cutPower()
            acknowledged += ledger.acknowledged

            let found = simulated.afterPowerCut(using: &random, callsUntilPowerCut: .max)
            let journal: Journal
            do {
                journal = try Journal.open(
                    folder: "/j",
                    options: JournalOptions(segmentBytes: 4096, preallocates: false),
                    disk: found
                ).journal
            } catch {
                return "life \(life): it does not open: \(error)"
            }
            let read = try journal.readAll().payloads.map { String(decoding: $0.prefix { $0 != 0x78 }, as: UTF8.self) }
            journal.close()
            if Set(read).count != read.count { return "life \(life): a record is there twice" }
            if let lost = acknowledged.first(where: { !Set(read).contains($0) }) {
                return "life \(life): \(lost) was acknowledged and is lost"
            }
            if let invented = read.first(where: { !submitted.contains($0) }) {
                return "life \(life): \(invented) was never submitted"
            }
            // What was read is now as good as acknowledged: a later cut must not take it back.
            acknowledged = read
            simulated = found.afterPowerCut(
                using: &random,
                callsUntilPowerCut: .random(in: 5..<150, using: &random),
                syncsFiles: syncs
            )
        }
        return nil
    }
}

/// What was handed over, and what the journal said about it.
private final class Ledger: Sendable {
    private let state = Mutex<(acknowledged: [String], open: Int)>(([], 0))

    var acknowledged: [String] { state.withLock { $0.acknowledged } }

    /// False where the journal left it to its own thread.
    func commit(_ batch: JournalBatch, _ names: [String], to journal: Journal) -> Bool {
        guard let result = journal.commitHere(batch) else { return false }
        if case .success = result { state.withLock { $0.acknowledged += names } }
        return true
    }

    func submit(_ batch: JournalBatch, _ names: [String], to journal: Journal) {
        state.withLock { $0.open += 1 }
        do throws(JournalError) {
            try journal.submit(batch) { _, result in
                self.state.withLock { state in
                    if case .success = result { state.acknowledged += names }
                    state.open -= 1
                }
            }
        } catch {
            state.withLock { $0.open -= 1 }
        }
    }

    func settle() async {
        while state.withLock({ $0.open > 0 }) { await Task.yield() }
    }
}
