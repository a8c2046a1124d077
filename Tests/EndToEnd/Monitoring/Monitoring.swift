import Foundation
import Testing

/// The dashboard and the alerts, against a real Prometheus that scrapes a real server.
@Suite("Monitoring")
struct Monitoring {
    private static func program(_ name: String) throws -> String {
        let candidates = ["\(Program.packageRoot)/.cache/prometheus/usr/bin/\(name)", "/usr/bin/\(name)"]
        return try #require(
            candidates.first { FileManager.default.isExecutableFile(atPath: $0) },
            "\(name) is not there: `scripts/setup --tests` fetches it"
        )
    }

    private static let rules = "\(Program.packageRoot)/packaging/prometheus/footprint.rules.yml"

    /// Every expression of every panel.
    private static func expressions() throws -> [String] {
        let path = "\(Program.packageRoot)/packaging/grafana/footprint.json"
        let dashboard = try JSON.parse(try Data(contentsOf: URL(filePath: path)))
        let panels = try #require(dashboard["panels"]?.array)
        return panels.flatMap { $0["targets"]?.array ?? [] }.compactMap { $0["expr"]?.string }
    }

    /// As Grafana fills them in.
    private static func filledIn(_ expression: String) -> String {
        [("$job", "footprint"), ("$instance", ".+"), ("$__rate_interval", "30s"), ("$__range", "5m")]
            .reduce(expression) { $0.replacing($1.0, with: $1.1) }
    }

    @Test("promtool accepts the alerts")
    func alerts() async throws {
        try await TemporaryFolder.with { folder in
            let tool = try ChildProcess(
                Self.program("promtool"),
                ["check", "rules", Self.rules],
                directory: folder,
                outputTo: folder,
                named: "promtool"
            )
            #expect(try await tool.waitForEnd(withinSeconds: 30) == .exit(0), "\(tool.output)\(tool.errors)")
        }
    }

    @Test("every expression of the dashboard has an answer, and every alert is evaluated", .timeLimit(.minutes(3)))
    func dashboard() async throws {
        try await Installation.serving { server in
            expectStored(try server.report(ReportBody.text(uid: "seen")))
            #expect(try server.report("{").ret == 1001)
            let folder = server.installation.folder
            try configuration(of: server).write(toFile: "\(folder)/prometheus.yml", atomically: true, encoding: .utf8)
            let port = try await Self.freePort()
            let prometheus = try ChildProcess(
                Self.program("prometheus"),
                [
                    "--config.file=\(folder)/prometheus.yml", "--storage.tsdb.path=\(folder)/prometheus",
                    "--web.listen-address=127.0.0.1:\(port)",
                ],
                directory: folder,
                outputTo: folder,
                named: "prometheus"
            )
            defer { prometheus.send(SIGKILL) }
            let expressions = try Self.expressions()
            #expect(expressions.count > 20)
            for expression in expressions {
                // A rate needs two scrapes.
                _ = try await eventually("an answer to \(expression)", withinSeconds: 60, every: 0.5) {
                    let answer = try Self.get("query", [("query", Self.filledIn(expression))], port)
                    guard answer["status"] == "success" else {
                        throw Unanswered(expression: expression, answer: answer)
                    }
                    return answer["data"]?["result"]?.array?.isEmpty == false ? true : nil
                }
            }
            let rules = try await eventually("the alerts are evaluated", withinSeconds: 60, every: 0.5) {
                let rules = try Self.get("rules", [], port)["data"]?["groups"]?[0]?["rules"]?.array ?? []
                return !rules.isEmpty && rules.allSatisfy { $0["health"] != "unknown" } ? rules : nil
            }
            for rule in rules {
                #expect(rule["health"] == "ok", "\(rule)")
                #expect(rule["state"] != "firing", "\(rule)")
            }
        }
    }

    struct Unanswered: Error {
        let expression: String
        let answer: JSON
    }

    private func configuration(of server: Footprint) -> String {
        """
        global: {scrape_interval: 1s, evaluation_interval: 1s}
        rule_files: [\(Self.rules)]
        scrape_configs:
          - job_name: footprint
            scheme: \(server.authority == nil ? "http" : "https")
            tls_config: {insecure_skip_verify: true}
            static_configs: [{targets: ["127.0.0.1:\(server.port)"]}]
        """
    }

    private static func get(_ path: String, _ parameters: [(String, String)], _ port: Int) throws -> JSON {
        let query = parameters.map { "\($0.0)=\(Footprint.escaped($0.1))" }.joined(separator: "&")
        let answer = try HTTPConnection.ask(.get("/api/v1/\(path)?\(query)"), port: port, authority: nil)
        return try JSON.parse(answer.body)
    }

    /// One that nobody listens on just now.
    private static func freePort() async throws -> Int {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(UInt32(0x7F00_0001).bigEndian)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) + getsockname(listener, $0, &size)
            }
        }
        try #require(status == 0)
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
