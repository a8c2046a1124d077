import ArgumentParser
import Console
import Insights
import Plans

struct PlanVersions: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions",
        abstract: "List the versions of the plan: when each was applied, and by whom.",
        discussion: """
            The first one is in force. Each stored event carries its number as plan_version.

            Example:
              footprint plan versions
            """
    )

    @Flag(help: "Print a JSON array.")
    var json = false

    @OptionGroup var data: DataOption
    @OptionGroup var config: ConfigOption

    func execute() async throws {
        let directory = try DataOwner.become(of: try data.directory(try config.settings()))
        let versions: [PlanVersion]
        do throws(PlanError) {
            versions = try PlanDirectory(dataDirectory: directory).versions()
        } catch {
            throw PlanSource.failure(error)
        }
        Listing(
            columns: ["version", "applied", "by"],
            rows: versions.map { version in
                [.int(Int64(version.version)), .string(UTCTime.text(version.appliedSeconds)), .string(version.by)]
            },
            json: versions.map(\.json)
        ).print(asJSON: json)
    }
}
