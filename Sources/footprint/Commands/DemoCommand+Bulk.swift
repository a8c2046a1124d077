import Access
import Reports

/// `footprint demo --events`: into the store itself.
extension DemoCommand {
    func bulk(_ events: Int, _ settings: Settings) throws -> BulkTraffic {
        let today = AccessFiles.nowSeconds() / DemoSite.daySeconds * DemoSite.daySeconds
        var end = today
        if let until {
            guard let day = UTCTime.start(ofDay: until) else {
                throw CommandFailure.usage("--until: expected a day such as 2024-03-13, found \"\(until)\"")
            }
            guard day < today else { throw CommandFailure.usage("--until: \(until) is not over yet (UTC)") }
            end = day + DemoSite.daySeconds
        }
        return try BulkTraffic(
            seed: UInt64(try settings.value(.seed, seed) ?? 1),
            events: events,
            users: try settings.value(.users, users),
            days: try settings.value(.days, days) ?? 30,
            endSeconds: end
        )
    }

    func load(_ traffic: BulkTraffic, into directory: String) async throws {
        let directory = try DataOwner.become(of: directory)
        let interruption = Interruption()
        let taken = try await LocalQuestions(dataDirectory: directory).withStore { store in
            let access = try AccessFiles.open(directory)
            let app: String
            do throws(AccessError) { app = try Self.app(in: access) } catch { throw AccessFiles.failure(error) }
            let plan = try PlanSource.current.read(dataDirectory: directory)
            return try await BulkLoad(traffic: traffic, app: app, planVersion: plan.version)
                .run(into: store, until: interruption)
        }
        let sum = "\(grouped(taken)) of \(grouped(traffic.events)) events are in the store"
        guard taken == traffic.events else {
            throw CommandFailure.found("stopped: \(sum); the same command adds the others")
        }
        Terminal.error.line(sum)
    }
}
