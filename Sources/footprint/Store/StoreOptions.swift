import ArgumentParser
import EventStore
import FootprintServer
import Logging
import RemoteClickHouse

/// Which server or cluster a command is about.
struct StoreOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "clickhouse://user:password@host1,host2:8123/db?cluster=NAME; "
                + "FOOTPRINT_STORE keeps the password out of the process list.",
            valueName: "address"
        )
    )
    var store: String?

    @OptionGroup var config: ConfigOption

    /// Connects for `body`; its failure becomes a sentence and an exit code.
    func withLayout<Answer>(
        usesQueue: Bool = false,
        _ body: (StoreLayout) async throws(StoreError) -> Answer
    ) async throws -> Answer {
        guard case .clickHouse(let text)? = try config.settings().value(.store, store) else {
            throw CommandFailure.usage(
                "say which server or cluster: --store or FOOTPRINT_STORE, clickhouse://user:password@host:8123/db"
            )
        }
        let logger = Logger(label: "footprint") { _ in LineLogHandler(format: .logfmt, level: .error) }
        do throws(StoreError) {
            let layout = try StoreLayout(try StoreAddress(text), usesQueue: usesQueue, logger: logger)
            do throws(StoreError) {
                let answer = try await body(layout)
                await layout.close()
                return answer
            } catch {
                await layout.close()
                throw error
            }
        } catch {
            throw CommandFailure.unable("\(error)")
        }
    }
}

/// How the tables are changed: shared by `init` and `migrate`.
struct StoreChangeOptions: ParsableArguments {
    @Flag(help: "Only print the SQL.")
    var dryRun = false

    @Flag(
        help: "Have the cluster's own queue bring each change to every server. (default: each server is told by itself)"
    )
    var onCluster = false

    func run(
        _ options: StoreOptions,
        _ change: (StoreLayout) async throws(StoreError) -> Void
    ) async throws {
        let isDryRun = dryRun
        let steps = try await options.withLayout(usesQueue: onCluster) { layout throws(StoreError) in
            let steps = try await layout.pending()
            if !isDryRun { try await change(layout) }
            return steps
        }
        guard !steps.isEmpty else { return Terminal.error.line("the tables are up to date: nothing to do") }
        guard isDryRun else { return }
        for step in steps {
            Terminal.output.line("-- \(step.name)")
            for statement in step.statements { Terminal.output.line(statement + ";") }
        }
    }

    static func tell(_ step: String) { Terminal.error.line("done: \(step)") }
}
