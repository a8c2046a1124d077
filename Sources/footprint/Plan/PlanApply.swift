import Access
import ArgumentParser
import Plans
import Reports

struct PlanApply: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Check a plan file and make it the plan in force, as the next version; prints the version.",
        discussion: """
            A server that runs on the data directory takes it up within 2 seconds. A file that says nothing new makes \
            no version. `footprint plan diff current FILE` shows before what it would do.

            A server that was started with --plan reads that file again at its next start or SIGHUP: change that one.

            Example:
              footprint plan apply plan.yml
            """
    )

    @Argument(help: ArgumentHelp("The plan.", valueName: "file"), completion: .file(extensions: ["yml", "yaml"]))
    var file: String

    @OptionGroup var data: DataOption
    @OptionGroup var config: ConfigOption

    func execute() async throws {
        // Read as whoever called: the data directory's owner need not be allowed to.
        let plan = try PlanSource.file(file).read(dataDirectory: "")
        let directory = try DataOwner.become(of: try data.directory(try config.settings()))
        let access = try AccessFiles.open(directory)
        let plans = PlanDirectory(dataDirectory: directory)
        do throws(PlanError) {
            try plans.prepare()
            let applied = try plans.apply(plan, by: CommandUser.actor, in: access)
            Terminal.output.line(
                applied.isNew ? "version \(applied.plan.version)" : "version \(applied.plan.version), unchanged"
            )
        } catch {
            throw PlanSource.failure(error)
        }
    }
}
