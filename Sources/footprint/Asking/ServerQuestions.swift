import AsyncHTTPClient
import Foundation
import Insights
import NIOCore
import NIOHTTP1

/// Answers from a running server, over HTTP.
struct ServerQuestions {
    let url: String
    let adminToken: String
    let trust: ServerTrust

    /// An answer that a terminal is to show; more is no answer to a question.
    private static let answerLimitBytes = 256 << 20

    func answer(_ asked: AskedQuestion) async throws -> JSONValue {
        let parameters = asked.parameters + [("lang", asked.language.rawValue)]
        let path = asked.path.map(Self.encoded).joined(separator: "/")
        return try data(of: await send(HTTPClientRequest(url: address(path, parameters)), seconds: 120)) {
            CommandFailure.unknownQuestion(asked.path)
        }
    }

    /// A call that changes something; the token must be an administrator's.
    func change(path: String, _ parameters: [(name: String, value: String)]) async throws -> JSONValue {
        var request = HTTPClientRequest(url: address(path, parameters))
        request.method = .POST
        return try data(of: await send(request, seconds: 3_600)) {
            CommandFailure.unable("the server at \(url) is of a version that knows no \(path)")
        }
    }

    /// What an administrator or a viewer may look at beside the questions.
    func read(path: [String]) async throws -> (data: JSONValue, isPending: Bool) {
        let path = path.map(Self.encoded).joined(separator: "/")
        let response = try await send(HTTPClientRequest(url: address(path, [])), seconds: 120)
        return (try data(of: response) { CommandFailure.unable("\(url) knows no \(path)") }, response.status == 202)
    }

    /// A call that changes something, said by a JSON object; whether it goes on after the answer.
    func order(path: String, _ body: JSONValue) async throws -> (data: JSONValue, isPending: Bool) {
        var request = HTTPClientRequest(url: "\(base)/api/v1/\(path)")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(body.encoded())
        let response = try await send(request, seconds: 3_600)
        let answer = try data(of: response) {
            CommandFailure.unable("the server at \(url) is of a version that knows no \(path)")
        }
        return (answer, response.status == 202)
    }

    func address(_ path: String, _ parameters: [(name: String, value: String)]) -> String {
        let query = parameters.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }.joined(separator: "&")
        return "\(base)/api/v1/\(path)?\(query)"
    }

    /// One read-only statement, which the server's engine enforces.
    func answer(sql: String) async throws -> JSONValue {
        var request = HTTPClientRequest(url: "\(base)/api/v1/sql")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/sql")
        request.body = .bytes(Array(sql.utf8))
        return try data(of: await send(request, seconds: 330)) {
            CommandFailure.unable("the server at \(url) is of a version that takes no SQL")
        }
    }

    private var base: String {
        var base = url
        while base.last == "/" { base.removeLast() }
        return base
    }

    private func data(
        of response: (status: Int, body: [UInt8]),
        unknown: () -> CommandFailure
    ) throws -> JSONValue {
        let (status, body) = response
        let envelope = JSONValue(parsing: body)
        switch status {
        case 200, 202:
            guard let data = envelope?["data"] else {
                throw CommandFailure.unable("\(url) does not answer like a Footprint server")
            }
            return data
        case 404 where envelope?["ret"] != nil: throw unknown()
        default: throw refusal(status, body)
        }
    }

    /// What an answer that is none means.
    func refusal(_ status: Int, _ body: [UInt8]) -> CommandFailure {
        let envelope = JSONValue(parsing: body)
        let detail = envelope?["detail"]?.text ?? envelope?["msg"]?.text
        return switch status {
        case 400: .usage(detail ?? "the server refuses the question")
        case 401: .unable("the server does not accept the admin token; is \(url) the right server?")
        default: .unable("the server answers HTTP \(status)" + (detail.map { ": \($0)" } ?? ""))
        }
    }

    private func send(
        _ request: HTTPClientRequest,
        seconds: Int64
    ) async throws -> (status: Int, body: [UInt8]) {
        var request = request
        request.headers.add(name: "Authorization", value: adminToken)
        let asked = request
        do {
            return try await HTTPClient.withHTTPClient(configuration: .init(tlsConfiguration: trust.tls)) { http in
                let response = try await http.execute(asked, timeout: .seconds(seconds))
                let body = try await response.body.collect(upTo: Self.answerLimitBytes)
                return (Int(response.status.code), Array(body.readableBytesView))
            }
        } catch let error as HTTPClientError where error == .deadlineExceeded {
            throw CommandFailure.unable("\(url) did not answer in time")
        } catch {
            throw CommandFailure.unable("cannot reach \(url): \(error)")
        }
    }

    /// Everything but RFC 3986's unreserved characters as %XX.
    private static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.append(byte)
            default: encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}

extension JSONValue {
    fileprivate var text: String? {
        if case .string(let text) = self, !text.isEmpty { text } else { nil }
    }
}
