import Configuration
import Foundation
import Synchronization

/// A YAML file of settings: one `name: value` a line, lists where a setting may hold several.
///
///     # footprint.yml
///     port: 8080
///     journal-keep: 7d
///     cors-origins: [https://shop.example, https://m.shop.example]
///
/// A name that no setting has is an error: a mistyped limit must not silently be no limit.
struct SettingsFile: Sendable {
    let path: String
    private let snapshot: YAMLSnapshot

    init(path: String) throws(CommandFailure) {
        self.path = path
        let contents: Data
        do {
            contents = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw .unable("cannot read the settings file \(path): \(error.localizedDescription)")
        }
        let names = Names()
        do {
            // The snapshot does not list its keys, but asks about each whether it is a secret.
            let options = YAMLSnapshot.ParsingOptions(
                secretsSpecifier: .dynamic { name, _ in
                    names.insert(name)
                    return name == "token"
                }
            )
            snapshot = try YAMLSnapshot(data: contents.bytes, providerName: path, parsingOptions: options)
        } catch {
            let reason = "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
            throw .usage("the settings file \(path) is not YAML of the form \"name: value\": \(reason)")
        }
        let unknown = names.all.filter { !SettingNames.all.contains($0) }.sorted()
        guard unknown.isEmpty else {
            let list = unknown.map { "\"\($0)\"" }.joined(separator: ", ")
            throw .usage("\(path) sets \(list), which no setting is called")
        }
    }

    /// The value of a name that is set to one value; nil also where it is set to a list.
    func text(_ name: String) -> String? {
        try? snapshot.value(forKey: AbsoluteConfigKey([name]), type: .string).value?.content.asText
    }

    func list(_ name: String) -> [String]? {
        try? snapshot.value(forKey: AbsoluteConfigKey([name]), type: .stringArray).value?.content.asList
    }

    private final class Names: Sendable {
        private let names = Mutex<Set<String>>([])
        var all: Set<String> { names.withLock { $0 } }
        func insert(_ name: String) { names.withLock { _ = $0.insert(name) } }
    }
}

extension ConfigContent {
    fileprivate var asText: String? {
        if case .string(let text) = self { text } else { nil }
    }

    fileprivate var asList: [String]? {
        if case .stringArray(let list) = self { list } else { nil }
    }
}
