import Access
import Console
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Insights
import Logging
import NIOCore
import NIOPosix
import Plans
import Reports
import Testing

/// `/openapi.json` against the code that it describes: the router's own routes and the catalogue's own questions.
@Suite struct OpenAPITests {
    /// The real site, and beside it what set-up fetches.
    private static let web = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "web/console").path

    private static let document = Result { try OpenAPITests.read() }

    private static func read() throws -> JSONTree {
        let fixed = try String(contentsOfFile: web + "/docs/openapi.json", encoding: .utf8)
        let bytes = try #require(OpenAPI.document(fixedPart: fixed))
        return JSONTree(try JSONSerialization.jsonObject(with: Data(bytes)))
    }

    private let api: JSONTree

    init() throws {
        api = try Self.document.get()
    }

    private static let methods = ["get", "post", "put", "patch", "delete", "options", "head", "trace"]

    // MARK: - The document itself

    @Test("it is OpenAPI 3.1: every operation has what one needs, in both languages")
    func structure() throws {
        #expect(api["openapi"]?.text == "3.1.0")
        #expect(api["info"]?["title"]?.text != nil && api["info"]?["version"]?.text != nil)
        let tags = Set(api["tags"]?.list.compactMap { $0["name"]?.text } ?? [])
        let schemes = Set(api["components"]?["securitySchemes"]?.members.keys ?? [:].keys)
        var ids: Set<String> = []
        for (path, method, operation) in operations {
            let place = "\(method) \(path)"
            #expect(Self.methods.contains(method), "\(place)")
            let id = try #require(operation["operationId"]?.text, "\(place)")
            #expect(ids.insert(id).inserted, "\(id) twice")
            #expect(operation["summary"]?.text?.isEmpty == false, "\(place)")
            #expect(operation["x-summary-zh"]?.text?.contains(/\p{Han}/) == true, "\(place)")
            let own = operation["tags"]?.list.compactMap(\.text) ?? []
            #expect(!own.isEmpty && tags.isSuperset(of: own), "\(place)")
            let security = try #require(operation["security"]?.list, "\(place): says who may")
            #expect(security.allSatisfy { schemes.isSuperset(of: $0.members.keys) }, "\(place)")
            let responses = operation["responses"]?.members ?? [:]
            #expect(responses.keys.contains { $0.hasPrefix("2") }, "\(place)")
            for (status, response) in responses {
                let response = resolved(response)
                #expect(Int(status).map { (200..<600).contains($0) } == true, "\(place) \(status)")
                #expect(response["description"]?.text?.isEmpty == false, "\(place) \(status)")
                #expect(response["x-description-zh"]?.text?.contains(/\p{Han}/) == true, "\(place) \(status)")
            }
            let inPath = Set(path.matches(of: /\{(\w+)\}/).map { String($0.1) })
            let parameters = operation["parameters"]?.list.map(resolved) ?? []
            #expect(
                Set(parameters.filter { $0["in"]?.text == "path" }.compactMap { $0["name"]?.text }) == inPath,
                "\(place)"
            )
            for parameter in parameters {
                let name = parameter["name"]?.text ?? ""
                #expect(["path", "query", "header"].contains(parameter["in"]?.text), "\(place) \(name)")
                #expect(parameter["schema"] != nil, "\(place) \(name)")
                #expect(parameter["description"]?.text?.isEmpty == false, "\(place) \(name)")
                #expect(parameter["x-description-zh"]?.text?.contains(/\p{Han}/) == true, "\(place) \(name)")
            }
        }
    }

    @Test("every reference leads somewhere, and everything in components is referred to")
    func references() throws {
        var named: Set<String> = []
        for reference in api.everyReference {
            named.insert(reference)
            #expect(reference.hasPrefix("#/components/") && target(of: reference) != nil, "\(reference)")
        }
        for part in ["schemas", "responses", "headers"] {
            for name in (api["components"]?[part]?.members ?? [:]).keys {
                #expect(named.contains("#/components/\(part)/\(name)"), "\(part)/\(name) is nowhere used")
            }
        }
    }

    @Test("what has an example says there what its schema allows: the report's can be sent as it stands")
    func examples() throws {
        let report = described("post", "/upbot/api/ReportBehaviorData")
        let example = report?["requestBody"]?["content"]?["application/json"]?["example"]
        #expect(example?["head"]?["uid"]?.text != nil)
        #expect(example?["items"]?.list.isEmpty == false)
    }

    // MARK: - The router

    @Test("every route of the router is named, and everything named is a route; no other method is let through")
    func routes() async throws {
        let site = try RealConsole(web: Self.web)
        let routes = site.router.routes.map { (path: $0.path.description, method: $0.method) }
            .filter { !Self.isOfPages($0.path) }
        let adminToken = site.adminToken
        try await site.test { client in
            var answered: Set<String> = []
            for route in routes {
                let method = route.method.rawValue.lowercased()
                for path in named(by: route.path) {
                    let answer = try await client.execute(
                        uri: path.replacing(/\{\w+\}/, with: "none"),
                        method: route.method,
                        headers: [.authorization: adminToken, .contentType: "application/json"],
                        body: method == "post" ? ByteBuffer(string: "{}") : nil
                    )
                    // HEAD is said once for every GET.
                    guard method != "head" else { continue }
                    let isThere = answer.status != .methodNotAllowed
                    if isThere { answered.insert("\(method) \(path)") }
                    #expect(isThere == (described(method, path) != nil), "\(method) \(path): \(answer.status)")
                }
            }
            let ours = operations.filter { !Self.isServers($0.path) }
            #expect(Set(ours.map { "\($0.method) \($0.path)" }) == answered)
        }
    }

    /// The documented paths that a route of the router stands for.
    private func named(by route: String) -> [String] {
        if route == "/api/v1/**" { return Insights.catalogue.map(Self.path) }
        return [route]
    }

    /// Files of the pages, for browsers only.
    private static func isOfPages(_ route: String) -> Bool {
        ["/assets/**", "/not-found.css"].contains(route)
    }

    /// Routes of the whole server; `EndToEnd` asks those.
    private static func isServers(_ path: String) -> Bool {
        path.hasPrefix("/upbot/")
            || ["/healthz", "/readyz", "/metrics", "/api/v1/live", "/api/v1/export"].contains(path)
    }

    // MARK: - The questions

    private static func path(of entry: CatalogueEntry) -> String {
        "/api/v1/\(entry.name)" + (entry.subject.map { "/{\($0.name)}" } ?? "")
    }

    @Test(
        "every question of the catalogue is there with its parameters, and nothing else",
        arguments: Insights.catalogue.map(\.name)
    )
    func question(name: String) throws {
        let entry = try #require(Insights.catalogue.first { $0.name == name })
        let operation = try #require(described("get", Self.path(of: entry)))
        #expect(operation["summary"]?.text == entry.summary.english)
        #expect(operation["x-summary-zh"]?.text == entry.summary.chinese)
        let parameters = operation["parameters"]?.list ?? []
        #expect(
            parameters.compactMap { $0["name"]?.text }
                == (entry.subject.map { [$0.name] } ?? []) + entry.parameters.map(\.name) + ["format", "bom", "lang"]
        )
        for parameter in entry.parameters {
            let known = try #require(parameters.first { $0["name"]?.text == parameter.name })
            #expect(known["required"]?.flag == parameter.isRequired)
            #expect(known["description"]?.text == parameter.meaning.english)
            #expect(known["x-description-zh"]?.text == parameter.meaning.chinese)
            let schema = try #require(known["schema"], "\(parameter.name)")
            #expect((schema["default"] != nil) == (parameter.standard != nil), "\(parameter.name)")
            if case .integer(let range) = parameter.kind {
                #expect(schema["minimum"]?.number == range.lowerBound && schema["maximum"]?.number == range.upperBound)
            }
            if parameter.isRepeatable {
                #expect(schema["type"]?.text == "array" && known["explode"] == nil)
            }
        }
        let data = operation["responses"]?["200"]?["content"]?["application/json"]?["schema"]?["properties"]?["data"]
        #expect(data?["$ref"]?.text == "#/components/schemas/question.\(name)")
    }

    @Test("a parameter may be repeated as often as the document says, and once more is refused")
    func repeats() async throws {
        let schema = described("get", "/api/v1/pages")?["parameters"]?.list
            .first { $0["name"]?.text == "channel" }?["schema"]
        let limit = try #require(schema?["maxItems"]?.number)
        let console = try RunningConsole()
        try await console.test { client in
            for (count, status) in [(limit, HTTPResponse.Status.ok), (limit + 1, .badRequest)] {
                let query = Array(repeating: "channel=1", count: count).joined(separator: "&")
                let answer = try await client.execute(
                    uri: "/api/v1/pages?\(query)",
                    method: .get,
                    headers: [.authorization: console.adminToken]
                )
                #expect(answer.status == status, "\(count)")
            }
        }
    }

    // MARK: - Reading the document

    private var operations: [(path: String, method: String, operation: JSONTree)] {
        (api["paths"]?.members ?? [:]).flatMap { path, item in item.members.map { (path, $0.key, $0.value) } }
    }

    private func described(_ method: String, _ path: String) -> JSONTree? {
        api["paths"]?[path]?[method]
    }

    private func resolved(_ node: JSONTree) -> JSONTree {
        node["$ref"]?.text.flatMap(target) ?? node
    }

    private func target(of reference: String) -> JSONTree? {
        reference.split(separator: "/").dropFirst().reduce(api) { $0?[String($1)] }
    }
}

/// The console over the real site and an empty data directory.
private struct RealConsole {
    let router = Router(context: ConsoleContext.self)
    let adminToken: String
    private let folder = NSTemporaryDirectory() + "openapi-tests-\(UUID().uuidString)"

    init(web: String) throws {
        try FileManager.default.createDirectory(atPath: folder + "/data", withIntermediateDirectories: true)
        try Data("globalThis.echarts = {}".utf8).write(to: URL(filePath: folder + "/echarts.min.js"))
        let access = try Access(dataDirectory: folder + "/data")
        adminToken = access.issueAdminToken(ttlSeconds: 3_600, nowSeconds: Int64(Date().timeIntervalSince1970))
        try Console(
            insights: Insights(store: AnsweringStore(), plan: { .contract }),
            access: access,
            plans: try CurrentPlan(dataDirectory: folder + "/data", access: access),
            webDirectory: web,
            assetsDirectory: folder,
            logger: Logger(label: "openapi-tests") { _ in SwiftLogNoOpLogHandler() },
            threads: .singleton
        ).addRoutes(to: router)
    }

    func test(_ use: @escaping @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await Application(router: router).test(.router) { try await use($0) }
    }
}

/// JSON as the test reads it: by member and element, nil where there is none.
private struct JSONTree: @unchecked Sendable {
    // Sendable: what JSONSerialization makes is never changed.
    private let value: Any

    init(_ value: Any) {
        self.value = value
    }

    subscript(name: String) -> JSONTree? { (value as? [String: Any])?[name].map(JSONTree.init) }

    var members: [String: JSONTree] { (value as? [String: Any] ?? [:]).mapValues(JSONTree.init) }
    var list: [JSONTree] { (value as? [Any] ?? []).map(JSONTree.init) }
    var text: String? { value as? String }
    var number: Int? { value as? Int }
    var flag: Bool? { value as? Bool }

    var everyReference: [String] {
        let below = members.values.flatMap(\.everyReference) + list.flatMap(\.everyReference)
        return below + (self["$ref"]?.text.map { [$0] } ?? [])
    }
}
