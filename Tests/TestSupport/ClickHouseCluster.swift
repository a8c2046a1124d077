import Foundation
import Synchronization

/// A real cluster: shards and replicas of clickhouse-server with a ZooKeeper, on loopback, started by `scripts/cluster`,
/// whose children end when this process does.
package final class ClickHouseCluster: Sendable {
    /// As `--store` takes it.
    package let address: String
    /// Ports of the servers' HTTP interfaces, shard by shard.
    package let ports: [Int]
    package let folder: String
    private let process: Process
    private let commands: FileHandle
    private let answers: Mutex<LineReader>

    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) {
            self.description = description
        }
    }

    /// - Parameter root: the package's folder.
    package static func start(root: String, shards: Int = 2, replicas: Int = 2) throws -> ClickHouseCluster {
        let folder = FileManager.default.temporaryDirectory.path + "/footprint-cluster-\(UUID().uuidString)"
        let process = Process()
        process.executableURL = URL(filePath: root + "/scripts/cluster")
        process.arguments = [
            "--lifeline", "--collectors", "0", "--folder", folder, "--shards", "\(shards)", "--replicas", "\(replicas)",
        ]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        return try ClickHouseCluster(process, input.fileHandleForWriting, output.fileHandleForReading, folder)
    }

    private init(_ process: Process, _ commands: FileHandle, _ output: FileHandle, _ folder: String) throws {
        struct Announcement: Decodable {
            var store: String
            var http: [Int]
        }
        var reader = LineReader(handle: output)
        guard let line = reader.next(), let said = try? JSONDecoder().decode(Announcement.self, from: Data(line.utf8))
        else { throw Failure(description: "the cluster did not start: run scripts/cluster --collectors 0 to see why") }
        self.process = process
        self.commands = commands
        self.folder = folder
        answers = Mutex(reader)
        address = said.store
        ports = said.http
    }

    /// `kill s1r2`, `start zk`, `pause s2r1`…; returns when it is done.
    package func command(_ line: String) throws {
        try commands.write(contentsOf: Data("\(line)\n".utf8))
        let answer = answers.withLock { $0.next() }
        guard answer == line else {
            throw Failure(description: "the cluster answers \(answer ?? "nothing") to \(line)")
        }
    }

    /// Ends every process and removes what they wrote.
    package func stop() {
        try? commands.close()
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Another database of the same cluster: tests that know nothing of each other each have one.
    package func address(database: String, options: String = "") -> String {
        address.replacing("/footprint?", with: "/\(database)?") + options
    }

    /// What one server answers to a statement, as text.
    package func ask(_ statement: String, server: Int = 0) throws -> String {
        guard let url = URL(string: "http://127.0.0.1:\(ports[server])/") else {
            throw Failure(description: "no address of server \(server)")
        }
        let command = Process()
        command.executableURL = URL(filePath: "/usr/bin/curl")
        command.arguments = ["-sS", "--max-time", "30", url.absoluteString, "--data-binary", statement]
        let output = Pipe()
        command.standardOutput = output
        try command.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        command.waitUntilExit()
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Lines of a pipe, one by one.
    private struct LineReader: Sendable {
        let handle: FileHandle
        var rest = Data()

        init(handle: FileHandle) { self.handle = handle }

        mutating func next() -> String? {
            while true {
                if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    defer { rest = Data(rest[(end + 1)...]) }
                    return String(decoding: rest[..<end], as: UTF8.self)
                }
                let more = handle.availableData
                guard !more.isEmpty else { return nil }
                rest.append(more)
            }
        }
    }
}
