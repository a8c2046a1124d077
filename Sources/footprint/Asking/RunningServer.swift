import Foundation

/// A server that runs on a data directory, as its `serve.json` says.
struct RunningServer: Sendable {
    let url: String

    private struct Record: Decodable {
        var url: String
        var pid: Int32
    }

    /// nil where none runs; the file of one that was killed counts as none.
    static func find(dataDirectory: String) -> RunningServer? {
        let file = URL(fileURLWithPath: dataDirectory + "/serve.json")
        guard let contents = try? Data(contentsOf: file),
            let record = try? JSONDecoder().decode(Record.self, from: contents), isAlive(record.pid)
        else { return nil }
        return RunningServer(url: record.url)
    }

    /// Signal 0 asks without doing anything; EPERM says that the process is somebody else's, and so is there.
    private static func isAlive(_ pid: Int32) -> Bool {
        pid > 0 && (kill(pid, 0) == 0 || errno == EPERM)
    }
}
