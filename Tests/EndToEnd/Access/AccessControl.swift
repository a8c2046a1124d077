import Foundation
import Testing

/// Who may do what over HTTP, and what remains of it in the audit log. The suites here share one server; those that
/// guess tokens, or end them all, have servers of their own.
@Suite("Access", .runningServer())
enum AccessControl {}

/// A call of the admin API.
struct AdminCall: Sendable, CustomStringConvertible {
    var method: String
    var path: String
    var body: String?

    var description: String { "\(method) \(path) \(body ?? "")" }

    static func post(_ path: String, _ body: String) -> AdminCall { AdminCall(method: "POST", path: path, body: body) }
    static func delete(_ path: String) -> AdminCall { AdminCall(method: "DELETE", path: path) }
    static func get(_ path: String) -> AdminCall { AdminCall(method: "GET", path: path) }
}

/// How a caller shows who they are.
struct Credentials: Sendable {
    var headers: [(name: String, value: String)]

    static let none = Credentials(headers: [])

    static func token(_ token: String) -> Credentials { Credentials(headers: [("Authorization", token)]) }

    /// By the console's session; `claims` is what a browser says about the page that asks.
    static func session(
        _ cookie: String,
        claims: [(String, String)] = [("Sec-Fetch-Site", "same-origin")]
    ) -> Credentials {
        Credentials(headers: [("Cookie", cookie)] + claims)
    }
}

extension Footprint {
    func call(_ call: AdminCall, _ credentials: Credentials) throws -> HTTPAnswer {
        var request = HTTPRequest(method: call.method, target: call.path, hasLength: call.body != nil)
        request.headers = [("Host", "127.0.0.1:\(port)")] + credentials.headers
        if let body = call.body {
            request.headers.append(("Content-Type", "application/json"))
            request.body = Array(body.utf8)
        }
        return try ask(request)
    }

    /// `data` of a call that an administrator's token makes and that must succeed.
    @discardableResult
    func administer(_ call: AdminCall) throws -> JSON {
        let answer = try self.call(call, .token(installation.adminToken))
        guard answer.status == 200, answer.ret == 0, let data = answer.json?["data"] else {
            throw QuestionFailed(path: "\(call)", answer: answer)
        }
        return data
    }

    /// Signs in to the console; returns the cookie to send back.
    func signIn(_ token: String) throws -> String {
        let answer = try call(.post("/console/session", #"{"token":"\#(token)"}"#), .none)
        let cookie = answer["Set-Cookie"]?.split(separator: ";").first.map(String.init)
        return try #require(cookie, "\(answer)")
    }

    /// What a report with this token is answered.
    func reportStatus(_ token: String) throws -> Int {
        try ask(.report(ReportBody.text(items: "[{}]"), token: token)).status
    }

    /// What a question with this token is answered.
    func questionStatus(_ token: String) throws -> Int {
        try ask(.get("/api/v1/overview", authorization: token)).status
    }

    /// Every line of the audit log, as it lies on disk.
    var auditLines: [String] {
        get throws {
            try String(contentsOfFile: "\(data)/access/audit.jsonl", encoding: .utf8)
                .split(separator: "\n").map(String.init)
        }
    }
}

extension Installation {
    /// A viewer's token, by command.
    func viewerToken(name: String = "Li Lei") async throws -> String {
        try await Program.output(of: ["token", "issue", "--viewer", "--name", name, "--data", data])
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// What `footprint audit --json` prints, oldest first.
    func audit(_ options: [String] = []) async throws -> [JSON] {
        let output = try await Program.output(of: ["audit", "--json", "--data", data] + options)
        return try #require(JSON.parse(output).array)
    }
}
