import ArgumentParser
import Plans
import Reports

struct PlanCheck: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a plan file: prints every error as FILE:LINE:COL: …, and ends with 1 where there is one.",
        discussion: """
            Needs neither a server nor a data directory: it fits into a pull request's checks.

            Example:
              footprint plan check plan.yml
            """
    )

    @Argument(help: ArgumentHelp("The plan.", valueName: "file"), completion: .file(extensions: ["yml", "yaml"]))
    var file: String

    func execute() async throws {
        let plan = try PlanSource.file(file).read(dataDirectory: "")
        Terminal.output.line(
            "\(file) is good: \(counted(plan.operations.count, "operate_id")), "
                + "\(counted(plan.channels.count, "channel")), \(counted(plan.pages.count, "page")), "
                + "\(counted(plan.positions.count, "position"))"
        )
    }
}
