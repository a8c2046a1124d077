import Foundation
import Testing

/// The tracking plan on the built program: what it refuses, how it changes, what is kept of it.
@Suite("The tracking plan")
enum Plan {
    /// 12000 needs a page, comes from channel 2 only, and takes at most a day; pages have names.
    static let strict = """
        operate_ids:
          10000: { name: { zh: 访问 H5 页面, en: Visit an H5 page }, kind: page_view }
          12000:
            name: { zh: 点击按钮, en: Tap a button }
            channels: [2]
            required: [page_id, device_type]
            ranges: { duration: [1, 86400] }
        pages:
          open: false
          1: { zh: 首页, en: Home }
          2: { zh: 商城, en: Shop }
        positions:
          5: { zh: 横幅, en: Banner }
        """

    /// The same operations without rules.
    static let lenient = """
        operate_ids:
          10000: { name: { zh: 访问 H5 页面, en: Visit an H5 page }, kind: page_view }
          12000: { name: { zh: 点击按钮, en: Tap a button } }
        """

    static func write(_ text: String, named name: String = "plan.yml", in installation: Installation) throws -> String {
        let file = "\(installation.folder)/\(name)"
        try Data(text.utf8).write(to: URL(filePath: file), options: .atomic)
        return file
    }

    /// Applies a plan by the command line; returns what it printed.
    @discardableResult
    static func apply(_ text: String, in installation: Installation) async throws -> String {
        let file = try write(text, named: "applied.yml", in: installation)
        return try await Program.output(of: ["plan", "apply", file, "--data", installation.data])
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The version that a server goes by.
    static func version(_ server: Footprint) throws -> Int? { try server.question("plan")["version"]?.int }

    static func waitForVersion(_ version: Int, _ server: Footprint) async throws {
        _ = try await eventually("the server takes up version \(version)", withinSeconds: 20, every: 0.2) {
            try Plan.version(server) == version ? true : nil
        }
    }

    /// Sends SIGHUP and waits for the log to say so.
    static func reload(_ server: Footprint, saying words: String) async throws {
        let before = server.process.errors.count
        server.process.send(SIGHUP)
        _ = try await eventually("the log says: \(words)", withinSeconds: 20) {
            server.process.errors.dropFirst(before).contains(words) ? true : nil
        }
    }

    /// The rows of a statement on the data directory.
    static func rows(_ sql: String, in installation: Installation) async throws -> [[String]] {
        let csv = try await Program.output(of: ["sql", sql, "--data", installation.data, "--format", "csv"])
        return csv.split(whereSeparator: \.isNewline).dropFirst().map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).map { String($0).replacing("\"", with: "") }
        }
    }
}
