import Foundation

/// A server that runs on a data directory, as its `serve.json` says.
struct RunningServer: Sendable {
    let url: String

    private struct Record: Decodable {
        var url: String
    }

    /// nil where none runs. The file alone proves nothing: one that was killed left it behind, and its port may be a
    /// stranger's by now, who would be shown a token. The lock on the directory ends with its process.
    static func find(dataDirectory: String) -> RunningServer? {
        let file = URL(fileURLWithPath: dataDirectory + "/serve.json")
        guard isLocked(dataDirectory), let contents = try? Data(contentsOf: file),
            let record = try? JSONDecoder().decode(Record.self, from: contents)
        else { return nil }
        return RunningServer(url: record.url)
    }

    private static func isLocked(_ dataDirectory: String) -> Bool {
        let descriptor = open(dataDirectory + "/lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return false }
        // Closing it gives the lock back.
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }
}
