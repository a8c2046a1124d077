package import EventStore
internal import Foundation

/// Where a ClickHouse server or cluster is: `clickhouse://user:password@host1,host2:8123/database?cluster=NAME`.
///
/// | option | meaning |
/// |---|---|
/// | `cluster` | the cluster of the servers' own `remote_servers` that the hosts belong to; without it, one server |
/// | `insert_quorum` | replicas that must hold an insert before it counts as loaded (default: 1) |
/// | `tls` | `on`: HTTPS |
/// | `ca` | a PEM file with the authorities to trust, in place of the system's; implies `tls=on` |
///
/// It holds a password: what is shown of it, in logs and errors, is its ``description``, which does not.
package struct StoreAddress: Sendable, Equatable, CustomStringConvertible {
    package struct Host: Sendable, Hashable, CustomStringConvertible {
        package var name: String
        package var port: Int

        package init(name: String, port: Int) {
            self.name = name
            self.port = port
        }

        package var description: String { name.contains(":") ? "[\(name)]:\(port)" : "\(name):\(port)" }
    }

    package var hosts: [Host]
    package var user: String
    package var password: String
    package var database: String
    package var cluster: String?
    package var quorum: Int
    package var isEncrypted: Bool
    package var authorities: String?

    package var description: String {
        let who = user == "default" && password.isEmpty ? "" : "\(user)@"
        return "clickhouse://\(who)\(hosts.map(\.description).joined(separator: ","))/\(database)"
            + (cluster.map { "?cluster=\($0)" } ?? "")
    }

    private static let scheme = "clickhouse://"

    /// - Throws: ``StoreError/misconfigured(_:)`` with what is wrong, and never the password.
    package init(_ text: String) throws(StoreError) {
        guard text.hasPrefix(Self.scheme) else { throw Self.wrong("it must begin with \(Self.scheme)") }
        let rest = text.dropFirst(Self.scheme.count)
        let beforeOptions = rest.prefix { $0 != "?" }
        let authority = beforeOptions.prefix { $0 != "/" }
        let options = try Self.options(rest.dropFirst(beforeOptions.count + 1))

        isEncrypted = try Self.isOn(options["tls"]) || options["ca"] != nil
        authorities = options["ca"]
        cluster = options["cluster"]
        quorum = 1
        if let given = options["insert_quorum"] {
            guard let count = Int(given), (1...100).contains(count) else {
                throw Self.wrong("insert_quorum is a number of replicas, from 1")
            }
            quorum = count
        }

        let path = try Self.decoded(beforeOptions.dropFirst(authority.count + 1), "database")
        database = path.isEmpty ? "footprint" : path
        guard database.unicodeScalars.allSatisfy(Self.isPlain) else {
            throw Self.wrong("the database's name may have letters, digits, _ and - in it")
        }

        let parts = authority.split(separator: "@", omittingEmptySubsequences: false)
        let credentials = parts.dropLast().joined(separator: "@")
        let userPart = credentials.prefix { $0 != ":" }
        user = userPart.isEmpty ? "default" : try Self.decoded(userPart, "user")
        password = try Self.decoded(credentials.dropFirst(userPart.count + 1), "password")
        let port = isEncrypted ? 8_443 : 8_123
        hosts = try (parts.last ?? "").split(separator: ",", omittingEmptySubsequences: false)
            .map { host throws(StoreError) in try Self.host(host, standardPort: port) }
        guard hosts.count == 1 || cluster != nil else {
            throw Self.wrong("several hosts are a cluster: say which one by ?cluster=NAME, as the servers call it")
        }
    }

    private static func host(_ text: Substring, standardPort: Int) throws(StoreError) -> Host {
        let name: Substring
        let rest: Substring
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            name = text[text.index(after: text.startIndex)..<end]
            rest = text[text.index(after: end)...]
        } else {
            name = text.prefix { $0 != ":" }
            rest = text.dropFirst(name.count)
        }
        guard !name.isEmpty else { throw wrong("a host is missing") }
        guard !rest.isEmpty else { return Host(name: String(name), port: standardPort) }
        guard rest.hasPrefix(":"), let port = Int(rest.dropFirst()), (1...65_535).contains(port) else {
            throw wrong("the port of \(name) is no number from 1 to 65535")
        }
        return Host(name: String(name), port: port)
    }

    private static func options(_ text: Substring) throws(StoreError) -> [String: String] {
        var options: [String: String] = [:]
        for option in text.split(separator: "&") {
            let name = String(option.prefix { $0 != "=" })
            guard ["cluster", "insert_quorum", "tls", "ca"].contains(name) else {
                throw wrong("it has an option \"\(name)\"; there are cluster, insert_quorum, tls and ca")
            }
            let value = try decoded(option.dropFirst(name.count + 1), name)
            guard !value.isEmpty else { throw wrong("the option \(name) has no value") }
            guard options.updateValue(value, forKey: name) == nil else {
                throw wrong("the option \(name) is there twice")
            }
        }
        return options
    }

    private static func isOn(_ text: String?) throws(StoreError) -> Bool {
        switch text {
        case nil, "off": false
        case "on": true
        default: throw wrong("tls is on or off")
        }
    }

    private static func decoded(_ text: some StringProtocol, _ what: String) throws(StoreError) -> String {
        guard let decoded = text.removingPercentEncoding else {
            throw wrong("the \(what) has a % that is followed by no two hexadecimal digits: write % as %25")
        }
        return decoded
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: false
        }
    }

    private static func wrong(_ reason: String) -> StoreError {
        .misconfigured(
            "the store's address is not right: \(reason) "
                + "(clickhouse://user:password@host1,host2:8123/database?cluster=NAME)"
        )
    }
}
