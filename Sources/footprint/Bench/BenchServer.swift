import Access
import Foundation

/// A `footprint serve` of our own on a fresh data directory and a free port, for measuring.
final class BenchServer {
    let url: String
    let token: String
    let processID: Int32
    private let process: Process
    private let directory: String

    /// Starts it and waits until it is ready.
    init(directory: String) async throws(CommandFailure) {
        self.directory = directory
        guard let program = Bundle.main.executablePath else {
            throw .unable("cannot tell where this program lies")
        }
        let access = try AccessFiles.open(directory)
        do {
            let app = try access.addApp(name: "bench", by: CommandUser.actor).id
            token = try access.issueToken(app: app, ttlSeconds: 86_400, nowSeconds: AccessFiles.nowSeconds())
        } catch {
            throw AccessFiles.failure(error)
        }
        let log = directory + "/serve.log"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        // Its defaults, but for what measuring needs: a journal that can be weighed afterwards.
        process.arguments = ["serve", "--data", directory, "--port", "0", "--journal-keep", "forever"]
        // Settings of the person who measures are not the defaults.
        process.environment = ProcessInfo.processInfo.environment.filter { name, _ in
            !name.hasPrefix("FOOTPRINT_") || name == "FOOTPRINT_ENGINE"
        }
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle(forWritingAtPath: log)
        do {
            try process.run()
        } catch {
            throw .unable("cannot start \(program) serve: \(error.localizedDescription)")
        }
        processID = process.processIdentifier
        for _ in 0..<1_200 {
            if let server = RunningServer.find(dataDirectory: directory) {
                url = server.url
                return
            }
            guard process.isRunning else { break }
            try? await Task.sleep(for: .milliseconds(50))
        }
        process.terminate()
        let lines = (try? String(contentsOfFile: log, encoding: .utf8))?.split(separator: "\n")
        throw .unable("the server to measure did not start: \(lines?.last ?? "it said nothing")")
    }

    /// Ends it and waits, so that the journal is sealed.
    func stop() async {
        process.terminate()
        for _ in 0..<600 where process.isRunning {
            try? await Task.sleep(for: .milliseconds(50))
        }
        if process.isRunning { kill(processID, SIGKILL) }
        process.waitUntilExit()
    }

    /// What the journal takes on disk; after ``stop()``.
    var journalBytes: Int {
        let folder = directory + "/journal"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        // Sealed segments; beside them lies room made in advance for the next one.
        return names.filter { $0.hasSuffix(".segment") }.reduce(0) { sum, name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: folder + "/" + name)
            return sum + ((attributes?[.size] as? NSNumber)?.intValue ?? 0)
        }
    }
}
