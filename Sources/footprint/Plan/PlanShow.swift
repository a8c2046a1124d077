import ArgumentParser
import Console
import Insights
import Plans
import Reports

struct PlanShow: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print the plan in force, or an earlier version, as a plan file.",
        discussion: """
            Examples:
              footprint plan show > plan.yml
              footprint plan show --version 3
            """
    )

    @Option(help: ArgumentHelp("This version. (default: the one in force)", valueName: "number"))
    var version: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var data: DataOption
    @OptionGroup var config: ConfigOption

    func execute() async throws {
        let directory = try DataOwner.become(of: try data.directory(try config.settings()))
        var source = PlanSource.current
        if let version {
            guard let number = UInt32(version) else {
                throw CommandFailure.usage("--version: expected a version's number, found \"\(version)\"")
            }
            source = .version(number)
        }
        let plan = try source.read(dataDirectory: directory)
        if json {
            Terminal.output.write(plan.json.encoded() + [UInt8(ascii: "\n")])
        } else {
            Terminal.output.write("# version \(plan.version)\n" + PlanFile.write(plan))
        }
    }
}
