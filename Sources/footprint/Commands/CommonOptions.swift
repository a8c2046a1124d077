import ArgumentParser

/// What every command takes.
struct ConfigOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Take settings that are given neither here nor in the environment from a YAML file.",
            valueName: "file"
        ),
        completion: .file(extensions: ["yml", "yaml"])
    )
    var config: String?

    func settings() throws -> Settings {
        try Settings.load(file: config)
    }
}

/// Which data directory a command works on.
struct DataOption: ParsableArguments {
    @Option(
        help: ArgumentHelp("The data directory. (default: footprint-data)", valueName: "directory"),
        completion: .directory
    )
    var data: String?

    func directory(_ settings: Settings) throws -> String {
        try settings.value(.data, data) ?? "footprint-data"
    }
}
