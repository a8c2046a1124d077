import Access
import ArgumentParser

struct AppRemove: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove an app; its tokens stop working within 2 seconds.",
        discussion: """
            What the app has reported stays.

            Example:
              footprint app remove app_k3v9zq2m7x4c8b1n
            """
    )

    @Argument(help: ArgumentHelp("The app, as `footprint app list` prints it.", valueName: "appid"))
    var id: String

    @OptionGroup var data: DataOption
    @OptionGroup var config: ConfigOption

    func execute() async throws {
        let access = try AccessFiles.open(try data.directory(try config.settings()))
        do {
            try access.removeApp(id: id, by: CommandUser.actor)
        } catch {
            throw AccessFiles.failure(error)
        }
    }
}
