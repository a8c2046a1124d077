import EventStore
import Foundation
import RemoteClickHouse

/// Which store the events of a data directory are loaded into, written down beside how far loading got: what was loaded
/// into one store is not in another, so that a store is never changed by a forgotten option.
///
/// Commands that open the data directory find the store by it. It holds the address as it was given, password included,
/// and is readable by the owner alone.
struct StoreChoice {
    let path: String
    private let hasLoaded: Bool

    init(_ directory: DataDirectory) {
        path = directory.loader + "/store"
        hasLoaded = FileManager.default.fileExists(atPath: directory.loader + "/loader.json")
    }

    /// The store to open: the given one, else the one that was loaded into before.
    func settle(_ given: ServerSettings.StoreLocation?) throws(StartFailure) -> ServerSettings.StoreLocation {
        let known = try remembered()
        guard let location = given ?? known else { return .embedded }
        if let known, try !Self.areSame(location, known) {
            throw StartFailure(
                "this data directory was loaded into \(try Self.shown(known)), and --store says \(try Self.shown(location)), "
                    + "which does not have those events: give the former, or remove \(Self.folder(of: path)) so that "
                    + "what the journal still keeps is loaded into the new one"
            )
        }
        if location != known, case .clickHouse(let address) = location { try remember(address) }
        return location
    }

    private func remembered() throws(StartFailure) -> ServerSettings.StoreLocation? {
        guard FileManager.default.fileExists(atPath: path) else { return hasLoaded ? .embedded : nil }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw StartFailure("\(path), which says where the store is, cannot be read")
        }
        return .clickHouse(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    private func remember(_ address: String) throws(StartFailure) {
        let temporary = path + ".new"
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        guard
            FileManager.default.createFile(
                atPath: temporary,
                contents: Data("\(address)\n".utf8),
                attributes: attributes
            ), rename(temporary, path) == 0
        else { throw StartFailure("cannot write \(path): \(String(cString: strerror(errno)))") }
    }

    /// The same rows: hosts of a cluster come and go.
    private static func areSame(
        _ one: ServerSettings.StoreLocation,
        _ other: ServerSettings.StoreLocation
    ) throws(StartFailure) -> Bool {
        guard case .clickHouse(let first) = one, case .clickHouse(let second) = other else { return one == other }
        let (a, b) = (try address(first), try address(second))
        return a.database == b.database && a.cluster == b.cluster && (a.cluster != nil || a.hosts == b.hosts)
    }

    private static func shown(_ location: ServerSettings.StoreLocation) throws(StartFailure) -> String {
        switch location {
        case .embedded: "the embedded store"
        case .clickHouse(let text): try address(text).description
        }
    }

    private static func address(_ text: String) throws(StartFailure) -> StoreAddress {
        try starting { () throws(StoreError) in try StoreAddress(text) }
    }

    private static func folder(of path: String) -> String {
        URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
    }
}
