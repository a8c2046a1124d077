import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Insights
import NIOCore
import Plans
import Reports
import Testing

/// `/api/v1/plan`: what viewers read and administrators change.
@Suite struct PlanRouteTests {
    private static let file = "pages:\n  1: { zh: 首页, en: Home }\n"

    private static func put(
        _ client: any TestClientProtocol,
        _ credentials: HTTPFields,
        _ body: String = file,
        type: String = "application/yaml"
    ) async throws -> TestResponse {
        var headers = credentials
        headers[.contentType] = type
        return try await client.execute(
            uri: "/api/v1/plan",
            method: .put,
            headers: headers,
            body: ByteBuffer(string: body)
        )
    }

    private static func get(
        _ client: any TestClientProtocol,
        _ path: String,
        _ token: String
    ) async throws -> TestResponse {
        try await client.execute(uri: path, method: .get, headers: [.authorization: token])
    }

    @Test("a viewer reads the plan and its versions; the answer holds the plan as a file too")
    func reading() async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let answer = try await Self.get(client, "/api/v1/plan", console.viewerToken)
            #expect(answer.status == .ok)
            let data = try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [String: Any]
            let plan = try #require(data?["data"] as? [String: Any])
            #expect(plan["version"] as? Int == 1)
            let yaml = try #require(plan["yaml"] as? String)
            var read = try PlanFile.read(Array(yaml.utf8))
            read.version = 1
            #expect(read == .contract)
            let operations = try #require(plan["operate_ids"] as? [[String: Any]])
            #expect(operations.map { $0["id"] as? Int } == [10000, 11000])
            #expect(operations.allSatisfy { $0["kind"] as? String == "page_view" })
            #expect((plan["pages"] as? [String: Any])?["open"] as? Bool == true)

            let versions = try await Self.get(client, "/api/v1/plan/versions", console.viewerToken)
            #expect(versions.status == .ok)
            #expect(versions.text.contains(#""version":1"#) && versions.text.contains(#""by":"system""#))
            #expect(try await Self.get(client, "/api/v1/plan", console.appToken).status == .unauthorized)
            #expect(try await Self.get(client, "/api/v1/plan/versions", "").status == .unauthorized)
        }
    }

    @Test("an administrator's file is the next version, once, and in the audit log", arguments: [true, false])
    func applying(byToken: Bool) async throws {
        let console = try RunningConsole()
        try await console.test { client in
            var credentials: HTTPFields = [.authorization: console.adminToken]
            if !byToken {
                let cookie = try #require(try await SessionTests.signIn(client, token: console.adminToken).cookie)
                credentials = [.cookie: cookie, try #require(HTTPField.Name("Sec-Fetch-Site")): "same-origin"]
            }
            let log = try console.auditLines.count
            let first = try await Self.put(client, credentials)
            #expect(first.status == .ok)
            #expect(first.text == #"{"ret":0,"msg":"","data":{"version":2,"changed":true}}"#)
            let again = try await Self.put(client, credentials, type: "text/yaml; charset=utf-8")
            #expect(again.text == #"{"ret":0,"msg":"","data":{"version":2,"changed":false}}"#)
            #expect(try await Self.get(client, "/api/v1/plan", console.viewerToken).text.contains("Home"))
            let lines = try console.auditLines
            #expect(lines.count == log + 1)
            #expect(lines.last?.contains("plan.change") == true && lines.last?.contains("version 2") == true)
        }
    }

    @Test("a wrong file is answered 400 with every error and its place, and changes nothing")
    func wrong() async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let credentials: HTTPFields = [.authorization: console.adminToken]
            let log = try console.auditLines
            let answer = try await Self.put(client, credentials, "pages:\n  x: a\nversion: 7\n")
            #expect(answer.status == .badRequest)
            #expect(
                answer.text
                    == #"{"ret":1001,"msg":"请求参数错误，请稍后再试","#
                    + #""detail":"plan.yml:2:3: expected an id from 0 to 4294967295, found \"x\"","errors":["#
                    + #"{"line":2,"column":3,"reason":"expected an id from 0 to 4294967295, found \"x\""},"#
                    + #"{"line":3,"column":1,"reason":"the server counts the versions; leave this out"}]}"#
            )
            #expect(try await Self.put(client, credentials, type: "application/json").status == .badRequest)
            let large = "#" + String(repeating: "x", count: PlanFile.limitBytes)
            #expect(try await Self.put(client, credentials, large).status == .contentTooLarge)
            #expect(try console.auditLines == log)
            #expect(try await Self.get(client, "/api/v1/plan", console.viewerToken).text.contains(#""version":1"#))
        }
    }

    @Test("a viewer, an app, nobody, and another site's page change nothing")
    func others() async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let log = try console.auditLines
            #expect(try await Self.put(client, [.authorization: console.viewerToken]).status == .forbidden)
            #expect(try await Self.put(client, [.authorization: console.appToken]).status == .unauthorized)
            #expect(try await Self.put(client, [:]).status == .unauthorized)
            let cookie = try #require(try await SessionTests.signIn(client, token: console.adminToken).cookie)
            let site = try #require(HTTPField.Name("Sec-Fetch-Site"))
            let signedIn = try console.auditLines
            #expect(signedIn.count == log.count + 1)
            for claim in ["cross-site", "same-site", "none"] {
                #expect(try await Self.put(client, [.cookie: cookie, site: claim]).status == .forbidden)
            }
            #expect(try await Self.put(client, [.cookie: cookie]).status == .forbidden)
            #expect(try console.auditLines == signedIn)
        }
    }
}
