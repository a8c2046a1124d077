import Foundation
import Synchronization
import Testing

/// `footprint serve` as a child process.
final class Footprint: Sendable {
    let process: ChildProcess
    let installation: Installation
    /// The data directory, as this process reaches it.
    let data: String
    /// Whose certificate it has; nil: it speaks in the clear.
    let authority: TestAuthority?
    private let readyPort = Mutex<Int?>(nil)

    var port: Int { readyPort.withLock { $0 } ?? 0 }
    var url: String { "\(authority == nil ? "http" : "https")://127.0.0.1:\(port)" }
    var token: String { installation.token }

    struct NotReady: Error, CustomStringConvertible {
        /// How it ended; nil where it runs, and is not ready.
        let ending: ChildProcess.Ending?
        let log: String
        var description: String {
            "footprint serve \(ending.map { "ended before it was ready: \($0)" } ?? "did not get ready")\n\(log)"
        }
    }

    init(
        process: ChildProcess,
        installation: Installation,
        data: String,
        authority: TestAuthority? = TestAuthority.ofThisRun
    ) {
        self.process = process
        self.installation = installation
        self.data = data
        self.authority = authority
    }

    /// Ready is what `/readyz` says, at the address that `serve.json` names; a file that a killed server left behind
    /// names another process.
    func waitUntilReady() async throws {
        let announcement = URL(filePath: "\(data)/serve.json")
        do {
            let port = try await eventually("the server is ready", withinSeconds: 90, every: 0.05) { () -> Int? in
                if process.ending != nil { return -1 }
                guard let bytes = try? Data(contentsOf: announcement), let json = try? JSON.parse(bytes),
                    json["pid"]?.int == Int(process.pid), let url = json["url"]?.string,
                    let port = URL(string: url)?.port,
                    let answer = try? HTTPConnection.ask(.get("/readyz"), port: port, authority: authority),
                    answer.status == 200
                else { return nil }
                return port
            }
            readyPort.withLock { $0 = port }
        } catch {
            throw NotReady(ending: process.ending, log: process.output + process.errors)
        }
        if let ending = process.ending { throw NotReady(ending: ending, log: process.output + process.errors) }
    }

    // MARK: - Reporting

    func connection(timeoutSeconds: Int = 30) throws -> HTTPConnection {
        try HTTPConnection(port: port, timeoutSeconds: timeoutSeconds, authority: authority)
    }

    /// Sends one request on a connection of its own.
    func ask(_ request: HTTPRequest) throws -> HTTPAnswer {
        try HTTPConnection.ask(request, port: port, authority: authority)
    }

    /// Sends a report's body with the app's token.
    @discardableResult
    func report(_ body: some Sequence<UInt8>) throws -> HTTPAnswer {
        try ask(.report(body, token: token))
    }

    @discardableResult
    func report(_ body: String) throws -> HTTPAnswer { try report(Array(body.utf8)) }

    // MARK: - Asking

    /// A question as the administrator: `data` of its answer.
    func question(_ path: String, _ parameters: [(String, String)] = []) throws -> JSON {
        let answer = try ask(.get(Self.target(path, parameters), authorization: installation.adminToken))
        guard answer.status == 200, answer.ret == 0, let data = answer.json?["data"] else {
            throw QuestionFailed(path: path, answer: answer)
        }
        return data
    }

    /// A question as the administrator: whatever is answered.
    func rawQuestion(_ path: String, _ parameters: [(String, String)] = []) throws -> HTTPAnswer {
        try ask(.get(Self.target(path, parameters), authorization: installation.adminToken))
    }

    struct QuestionFailed: Error, CustomStringConvertible {
        let path: String
        let answer: HTTPAnswer
        var description: String { "\(path): \(answer)" }
    }

    /// From the first second a report may name to a day after the last: every event there can be.
    static let always = [("from", "2015-01-01"), ("to", String(Int(Date().timeIntervalSince1970) + 3 * 86400))]

    /// Number of events of this user that questions see.
    func eventCount(uid: String) throws -> Int {
        try question("overview", Self.always + [("uid", uid)])["events"]?.int ?? 0
    }

    /// Every event of a user, newest first, once there are at least `count` of them.
    func events(of uid: String, atLeast count: Int = 1) async throws -> [JSON] {
        try await eventually("\(count) events of \(uid)", withinSeconds: 30, every: 0.2) {
            let data = try question("users/\(Self.escaped(uid))", Self.always + [("limit", "1000")])
            guard let events = data["events"]?.array ?? data.array, events.count >= count else { return nil }
            return events
        }
    }

    /// A sample of `/metrics`, named without the prefix and with its labels; nil where there is none.
    func metric(_ sample: String) throws -> Double? {
        try ask(.get("/metrics")).text.split(separator: "\n")
            .first { $0.hasPrefix("footprint_\(sample) ") }
            .flatMap { Double($0.split(separator: " ")[1]) }
    }

    // MARK: - Ending

    /// Asks it to stop, as a supervisor does.
    @discardableResult
    func stop(withinSeconds seconds: Double = 10) async throws -> ChildProcess.Ending {
        process.send(SIGTERM)
        return try await process.waitForEnd(withinSeconds: seconds)
    }

    /// Ends it as a power cut would, at once.
    func killAtOnce() async throws {
        process.send(SIGKILL)
        try await process.waitForEnd(withinSeconds: 10)
    }

    // MARK: - Spelling

    static func target(_ path: String, _ parameters: [(String, String)]) -> String {
        let query = parameters.map { "\(escaped($0.0))=\(escaped($0.1))" }.joined(separator: "&")
        return "/api/v1/\(path)" + (query.isEmpty ? "" : "?\(query)")
    }

    /// Percent-encodes everything but letters and digits.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            if byte < 0x80, scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_" {
                escaped.unicodeScalars.append(scalar)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                escaped += "%" + (digits.count == 1 ? "0" + digits : digits)
            }
        }
        return escaped
    }
}

extension HTTPConnection {
    /// Sends one request on a connection of its own and reads the answer.
    static func ask(
        _ request: HTTPRequest,
        port: Int,
        authority: TestAuthority? = TestAuthority.ofThisRun
    ) throws -> HTTPAnswer {
        let connection = try HTTPConnection(port: port, authority: authority)
        connection.sendWhileOpen(request.bytes)
        return try connection.answer(toHead: request.method == "HEAD")
    }
}
