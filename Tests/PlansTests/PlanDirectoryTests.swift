import Access
import Foundation
import Plans
import Reports
import Synchronization
import TestSupport
import Testing

@Suite("The plan's versions")
struct PlanDirectoryTests {
    /// A data directory of its own.
    private func with(_ body: (String, Access) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "plan-tests-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder, try Access(dataDirectory: folder))
    }

    private static func plan(pages: [UInt32]) -> TrackingPlan {
        var plan = TrackingPlan.contract
        for page in pages { plan.pages[page] = TrackingPlan.Name(chinese: "页 \(page)", english: "Page \(page)") }
        return plan
    }

    private static let actor = AuditActor.commandLine(user: "alice")

    @Test("begin with the contract's, and count every plan that says anything new")
    func counting() throws {
        try with { folder, access in
            let plans = PlanDirectory(dataDirectory: folder)
            #expect(try plans.current() == .contract)
            #expect(try plans.version(1) == .contract)
            try plans.prepare()
            try plans.prepare()
            #expect(try plans.current() == .contract)

            var applied = try plans.apply(.contract, by: Self.actor, in: access)
            #expect(!applied.isNew && applied.plan.version == 1)
            applied = try plans.apply(Self.plan(pages: [1]), by: Self.actor, in: access)
            #expect(applied.isNew && applied.plan.version == 2)
            applied = try plans.apply(Self.plan(pages: [1]), by: Self.actor, in: access)
            #expect(!applied.isNew && applied.plan.version == 2)
            // Back to what version 1 said is a change too.
            applied = try plans.apply(.contract, by: Self.actor, in: access)
            #expect(applied.isNew && applied.plan.version == 3)

            #expect(try plans.versions().map(\.version) == [3, 2, 1])
            #expect(try plans.versions().map(\.by) == ["cli:alice", "cli:alice", "system"])
            #expect(try plans.version(2).pages.count == 1)
            #expect(throws: PlanError.noVersion(4)) { try plans.version(4) }
            #expect(throws: PlanError.noVersion(0)) { try plans.version(0) }
        }
    }

    @Test("are in the audit log, each once, and their files are the owner's alone")
    func auditing() throws {
        try with { folder, access in
            let plans = PlanDirectory(dataDirectory: folder)
            try plans.prepare()
            _ = try plans.apply(Self.plan(pages: [1]), by: Self.actor, in: access)
            _ = try plans.apply(Self.plan(pages: [1]), by: Self.actor, in: access)
            _ = try plans.apply(Self.plan(pages: [2]), by: Self.actor, in: access)
            let entries = try access.audit.page(matching: AuditFilter(action: "plan.change"), limit: 10).entries
            #expect(entries.map(\.target) == ["version 3", "version 2"])
            #expect(entries.allSatisfy { $0.who == "cli:alice" })
            for (path, mode) in [
                ("plan", 0o700), ("plan/versions", 0o700), ("plan/current.yml", 0o600), ("plan/versions/2.yml", 0o600),
            ] {
                let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(path)")
                #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == mode, "\(path)")
            }
        }
    }

    @Test("that a crash kept from coming into force are none: their number is taken again")
    func crash() throws {
        try with { folder, access in
            let plans = PlanDirectory(dataDirectory: folder)
            try plans.prepare()
            _ = try plans.apply(Self.plan(pages: [1]), by: Self.actor, in: access)
            // As after a power cut between the two renames of version 3.
            let two = try String(contentsOfFile: "\(folder)/plan/versions/2.yml", encoding: .utf8)
            let three = two.replacingOccurrences(of: "version: 2", with: "version: 3")
            try three.write(toFile: "\(folder)/plan/versions/3.yml", atomically: false, encoding: .utf8)
            try Data("half of a fi".utf8).write(to: URL(filePath: "\(folder)/plan/current.yml.new"))
            #expect(try plans.current().version == 2)
            #expect(try plans.versions().map(\.version) == [2, 1])
            #expect(throws: PlanError.noVersion(3)) { try plans.version(3) }
            let applied = try plans.apply(Self.plan(pages: [9]), by: Self.actor, in: access)
            #expect(applied.plan.version == 3)
            #expect(try plans.version(3).pages.keys.sorted() == [9])
        }
    }

    @Test("are each counted once when many change the plan at the same time")
    func concurrency() throws {
        try with { folder, access in
            let plans = PlanDirectory(dataDirectory: folder)
            try plans.prepare()
            let numbers = Mutex<[UInt32]>([])
            DispatchQueue.concurrentPerform(iterations: 24) { number in
                let plan = Self.plan(pages: [UInt32(number + 1)])
                guard let applied = try? plans.apply(plan, by: Self.actor, in: access) else { return }
                numbers.withLock { $0.append(applied.plan.version) }
            }
            #expect(numbers.withLock { $0.sorted() } == Array(2...25))
            #expect(Set(try (2...25).map { try plans.version($0).pages.keys.sorted() }).count == 24)
            #expect(try plans.versions().count == 25)
        }
    }

    @Test("a damaged file is said with its place, and never replaced")
    func damaged() throws {
        try with { folder, access in
            let plans = PlanDirectory(dataDirectory: folder)
            try plans.prepare()
            try Data("version: 2\nchannels: []\n".utf8).write(to: URL(filePath: "\(folder)/plan/current.yml"))
            #expect(throws: PlanError.self) { try plans.current() }
            #expect(throws: PlanError.self) { try plans.apply(Self.plan(pages: [1]), by: Self.actor, in: access) }
            #expect(try String(contentsOfFile: "\(folder)/plan/current.yml", encoding: .utf8).contains("channels: []"))
        }
    }

    @Test("a server follows what others apply, keeps the old one where the new one is damaged, and tells each once")
    func following() throws {
        try with { folder, access in
            let current = try CurrentPlan(dataDirectory: folder, access: access)
            #expect(current.plan == .contract)
            let seen = Mutex<[UInt32]>([])
            current.follow { table in seen.withLock { $0.append(table.plan.version) } }
            #expect(try current.reloadIfChanged() == nil)

            let others = PlanDirectory(dataDirectory: folder)
            _ = try others.apply(Self.plan(pages: [1]), by: Self.actor, in: access)
            #expect(try current.reloadIfChanged()?.version == 2)
            #expect(try current.reloadIfChanged() == nil)
            #expect(current.plan.pages.count == 1)

            let file = URL(filePath: "\(folder)/plan/current.yml")
            let good = try Data(contentsOf: file)
            try Data("nonsense".utf8).write(to: file, options: .atomic)
            #expect(throws: PlanError.self) { try current.reloadIfChanged() }
            #expect(try current.reloadIfChanged() == nil)
            #expect(current.plan.version == 2)
            try good.write(to: file, options: .atomic)
            _ = try current.reloadIfChanged()

            #expect(try current.apply(Self.plan(pages: [1, 2]), by: .system).plan.version == 3)
            #expect(current.plan.version == 3)
            #expect(seen.withLock { $0 } == [1, 2, 3])
        }
    }
}
