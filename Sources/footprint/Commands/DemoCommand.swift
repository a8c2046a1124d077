import Access
import ArgumentParser
import FootprintClient
import Foundation
import Synchronization

struct DemoCommand: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Make believable traffic, so that a first look has something to see.",
        discussion: """
            Users with habits, days with a rhythm, sessions that wander from page to page, up to now. The same seed \
            makes the same events on the same day, and the server counts them once: running it again adds nothing.

            Without --to it sends to the server that runs on the data directory, as an app called "demo", which it adds \
            where there is none.

            With --events it writes exactly so many straight into the store of a data directory on which no server runs, \
            up to last midnight (UTC): for a hundred million events to try things on.

            Examples:
              footprint demo
              footprint demo --users 20000 --days 90
              footprint demo --events 100000000 --days 365 --data /var/tmp/large
              footprint demo --to https://stats.example --token-file token.txt --rate 5000
            """
    )

    @Option(help: ArgumentHelp("Write exactly so many events into the store itself.", valueName: "count"))
    var events: String?

    @Option(
        help: ArgumentHelp(
            "The last day, in UTC, of the events written by --events. (default: yesterday)",
            valueName: "day"
        )
    )
    var until: String?

    @Option(
        help: ArgumentHelp("How many people visit. (default: 2000; as many as --events needs)", valueName: "count")
    )
    var users: String?

    @Option(help: ArgumentHelp("How many days back. (default: 30)", valueName: "count"))
    var days: String?

    @Option(help: ArgumentHelp("Another seed is other traffic. (default: 1)", valueName: "number"))
    var seed: String?

    @Option(
        help: ArgumentHelp("The server's address. (default: the one running on the data directory)", valueName: "url")
    )
    var to: String?

    @OptionGroup var token: TokenOptions
    @OptionGroup var sending: SendOptions
    @OptionGroup var data: DataOption
    @OptionGroup var config: ConfigOption

    func execute() async throws {
        let settings = try config.settings()
        let directory = try data.directory(settings)
        let named = try settings.value(.to, to)
        if let events = try settings.value(.events, events) {
            guard to == nil else {
                throw CommandFailure.usage(
                    "--events writes into the store of --data, and sends nothing: leave out --to"
                )
            }
            return try await load(try bulk(events, settings), into: directory)
        }
        guard until == nil else { throw CommandFailure.usage("--until goes with --events") }
        let plan = try sending.plan(settings, isLocal: named == nil)
        let traffic = DemoTraffic(
            seed: UInt64(try settings.value(.seed, seed) ?? 1),
            users: try settings.value(.users, users) ?? 2_000,
            days: try settings.value(.days, days) ?? 30,
            nowSeconds: AccessFiles.nowSeconds()
        )
        let url = named ?? RunningServer.find(dataDirectory: directory)?.url
        guard let url else {
            throw CommandFailure.unable(
                "no server runs on \(directory); start `footprint serve`, or name one by --to or its data by --data"
            )
        }
        let token = try token.given(settings) ?? ownToken(directory)
        let tally = Tally()
        let usersDone = Counter()
        let batch = plan.batch
        try await plan.run(
            to: url,
            token: token,
            tally: tally,
            fraction: { Double(usersDone.value) / Double(traffic.users) },
            produce: { (pipe) throws(CommandFailure) in
                DemoSource(traffic: traffic, batch: batch, tally: tally, usersDone: usersDone).run(pipe)
            }
        )
        try SendSummary(counts: tally.counts, places: ["demo"]).conclude(nil)
    }

    /// A short-lived token of the app `demo`, by the data directory's key.
    private func ownToken(_ directory: String) throws -> String {
        guard FileManager.default.fileExists(atPath: directory) else {
            throw CommandFailure.usage("give a token (--token-file FILE), or the server's data directory (--data DIR)")
        }
        let access = try AccessFiles.open(directory)
        do throws(AccessError) {
            return try access.issueToken(
                app: try Self.app(in: access),
                ttlSeconds: 6 * 3_600,
                nowSeconds: AccessFiles.nowSeconds()
            )
        } catch {
            throw AccessFiles.failure(error)
        }
    }

    /// The app `demo`, which is added where there is none.
    static func app(in access: Access) throws(AccessError) -> String {
        if let app = access.apps().first(where: { $0.name == "demo" }) { return app.id }
        return try access.addApp(name: "demo", by: CommandUser.actor).id
    }
}

/// Turns the traffic into shipments, on its own thread.
struct DemoSource {
    let traffic: DemoTraffic
    let batch: Int
    let tally: Tally
    let usersDone: Counter

    func run(_ pipe: BoundedPipe<Shipment>) {
        var event = 0
        for user in 0..<traffic.users {
            let (head, items) = traffic.visits(ofUser: user)
            var builder = ReportBuilder<LinePlace>(.init(items: batch))
            var reports: [BuiltReport<LinePlace>] = []
            let encodedHead = head.encoded
            for item in items {
                event += 1
                reports += builder.add(head: encodedHead, item: item.encoded, tag: LinePlace(file: 0, line: event))
            }
            reports += builder.drain()
            tally.countLines(items.count)
            for report in reports {
                guard pipe.push(.events(report)) else { return }
            }
            usersDone.value = user + 1
        }
    }
}

/// A number that one thread writes and others read.
final class Counter: Sendable {
    private let number = Atomic<Int>(0)

    var value: Int {
        get { number.load(ordering: .relaxed) }
        set { number.store(newValue, ordering: .relaxed) }
    }
}
