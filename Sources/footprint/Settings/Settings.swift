import Configuration

/// Where values come from when they are not given as options: the environment, then the settings file.
struct Settings: Sendable {
    private let environment: EnvironmentVariablesProvider
    private let file: SettingsFile?

    init(environment: EnvironmentVariablesProvider, file: SettingsFile?) {
        self.environment = environment
        self.file = file
    }

    /// - Parameter file: the path given by `--config`; FOOTPRINT_CONFIG stands in.
    static func load(file path: String?) throws(CommandFailure) -> Settings {
        let environment = EnvironmentVariablesProvider()
        let named = try? environment.environmentValue(forName: "FOOTPRINT_CONFIG")
        guard let path = path ?? named, !path.isEmpty else {
            return Settings(environment: environment, file: nil)
        }
        return Settings(environment: environment, file: try SettingsFile(path: path))
    }

    /// The value of a setting; nil where nobody sets it, so that its default counts.
    /// - Parameter option: the text given on the command line.
    func value<Value>(_ key: SettingKey<Value>, _ option: String?) throws(CommandFailure) -> Value? {
        guard let (text, origin) = try text(of: key, option) else { return nil }
        return try parse(text, key, origin)
    }

    /// The values of a setting that may be given more than once: repeated options, a list in the file, or commas.
    func values<Value>(_ key: SettingKey<Value>, _ options: [String]) throws(CommandFailure) -> [Value]? {
        if options.isEmpty, let list = file?.list(key.name), environmentText(key.environmentName) == nil {
            return try list.map { (text) throws(CommandFailure) in try parse(text, key, fileOrigin(key.name)) }
        }
        if !options.isEmpty {
            return try options.map { (text) throws(CommandFailure) in try parse(text, key, "--\(key.name)") }
        }
        guard let (text, origin) = try text(of: key, nil) else { return nil }
        return try text.split(separator: ",").map { (part) throws(CommandFailure) in
            try parse(part.trimmingSpaces, key, origin)
        }
    }

    /// What was given for `key` and by whom, for the message that refuses it.
    private func text<Value>(
        of key: SettingKey<Value>,
        _ option: String?
    ) throws(CommandFailure) -> (text: String, origin: String)? {
        if let option { return (option, "--\(key.name)") }
        if let text = environmentText(key.environmentName) { return (text, key.environmentName) }
        guard let file else { return nil }
        if file.list(key.name) != nil {
            throw .usage("\(fileOrigin(key.name)): expected \(key.expected), found a list")
        }
        return file.text(key.name).map { ($0, fileOrigin(key.name)) }
    }

    /// A variable that is set to nothing counts as not set: that is how container files leave one out.
    private func environmentText(_ name: String) -> String? {
        guard let text = try? environment.environmentValue(forName: name), !text.isEmpty else { return nil }
        return text
    }

    private func fileOrigin(_ name: String) -> String {
        "\(name) in \(file?.path ?? "")"
    }

    private func parse<Value>(_ text: String, _ key: SettingKey<Value>, _ origin: String) throws(CommandFailure)
        -> Value
    {
        guard let value = key.parse(text) else {
            throw .usage("\(origin): expected \(key.expected), found \"\(text)\"")
        }
        return value
    }
}

extension StringProtocol {
    var trimmingSpaces: String {
        var text = self[...]
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
