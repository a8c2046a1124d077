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

@Suite struct StaticSiteTests {
    @Test("the page names its files by hash, and they may be kept forever")
    func hashedFiles() async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let page = try await client.execute(uri: "/", method: .get)
            #expect(page.headers[.contentType] == "text/html; charset=utf-8")
            #expect(page.headers[.cacheControl] == "no-cache")
            #expect(!page.text.contains("{{"))
            let script = try #require(page.text.firstMatch(of: /src=(\/assets\/[0-9a-f]{16}\/app\.js)/)).1
            #expect(page.text.contains(#"<link rel="modulepreload" href="\#(script)">"#))
            #expect(page.text.contains(/\/assets\/echarts\.[0-9a-f]{16}\.js/))
            let file = try await client.execute(uri: String(script), method: .get)
            #expect(file.status == .ok)
            #expect(file.headers[.contentType] == "text/javascript; charset=utf-8")
            #expect(file.headers[.cacheControl] == "public, max-age=31536000, immutable")
        }
    }

    @Test("a browser that takes gzip gets it, one that does not does not, and each has its own ETag")
    func compression() async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let page = try await client.execute(uri: "/", method: .get).text
            let script = String(try #require(page.firstMatch(of: /src=(\S+app\.js)/)).1)
            let plain = try await client.execute(uri: script, method: .get, headers: [.acceptEncoding: "gzip;q=0, br"])
            let packed = try await client.execute(uri: script, method: .get, headers: [.acceptEncoding: "br, gzip"])
            #expect(plain.headers[.contentEncoding] == nil)
            #expect(packed.headers[.contentEncoding] == "gzip")
            #expect(packed.body.readableBytes < plain.body.readableBytes / 4)
            #expect(packed.headers[.vary] == "Accept-Encoding")
            #expect(packed.headers[.eTag] != plain.headers[.eTag])
            for (answer, encoding) in [(plain, "identity"), (packed, "gzip")] {
                let again = try await client.execute(
                    uri: script,
                    method: .get,
                    headers: [
                        .acceptEncoding: encoding, .ifNoneMatch: "\"other\", W/\(answer.headers[.eTag] ?? "")",
                    ]
                )
                #expect(again.status == .notModified)
                #expect(again.body.readableBytes == 0)
            }
            let head = try await client.execute(uri: script, method: .head)
            #expect(head.headers[.contentLength] == String(plain.body.readableBytes))
            #expect(head.body.readableBytes == 0)
        }
    }

    @Test(
        "no address leads out of the site or to what is not for browsers",
        arguments: [
            "/assets/../web/notes.txt", "/assets/..%2f..%2fdata", "/index.html", "/assets/", "/assets/echarts.min.js",
            "/web/app.js", "//etc/passwd", "/assets/%2e%2e/data/access/keys",
        ]
    )
    func noOtherFiles(path: String) async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let page = try await client.execute(uri: "/", method: .get).text
            let base = String(try #require(page.firstMatch(of: /src=(\S+)\/app\.js/)).1)
            for address in [path, base + "/tests/secret.js", base + "/notes.txt", base + "/../../data"] {
                let answer = try await client.execute(uri: address, method: .get, headers: [.accept: "text/html"])
                #expect(answer.status == .notFound, "\(address)")
                #expect(answer.text.contains("这里没有页面") && answer.text.contains("There is no page"))
            }
        }
    }

    @Test(
        "every answer forbids what the console never needs",
        arguments: ["/", "/nothing", "/api/v1/pages", "/console/session", "/api/v1/apps", "/api/v1/nothing"]
    )
    func securityHeaders(path: String) async throws {
        let console = try RunningConsole()
        try await console.test { client in
            let answer = try await client.execute(uri: path, method: .get)
            let policy = answer.headers[try #require(HTTPField.Name("Content-Security-Policy"))] ?? ""
            #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self'"))
            #expect(!policy.contains("unsafe"))
            for (name, value) in [
                ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"), ("Referrer-Policy", "no-referrer"),
                ("Cross-Origin-Opener-Policy", "same-origin"),
            ] {
                #expect(answer.headers[try #require(HTTPField.Name(name))] == value)
            }
        }
    }

    @Test(
        "what came by TLS is told to come by TLS only, and what did not is told nothing",
        arguments: ["/", "/nothing"]
    )
    func strictTransport(path: String) async throws {
        let console = try RunningConsole()
        let name = try #require(HTTPField.Name("Strict-Transport-Security"))
        for (isSecure, expected) in [(true, "max-age=31536000"), (false, nil)] {
            let head = HTTPRequest(method: .get, scheme: "http", authority: "localhost", path: path)
            let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
            #expect(try await console.answer(request, isSecure: isSecure).response.headers[name] == expected)
        }
    }

    @Test(
        "without its files the console does not start, and says which",
        arguments: ["web/index.html", "assets/echarts.min.js"]
    )
    func missingFiles(name: String) throws {
        let folder = NSTemporaryDirectory() + "console-tests-\(UUID().uuidString)"
        try RunningConsole.makeSite(in: folder)
        try FileManager.default.createDirectory(atPath: folder + "/data", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        let access = try Access(dataDirectory: folder + "/data")
        let error = try #require(throws: ConsoleStartError.self) {
            _ = try Console(
                insights: Insights(store: AnsweringStore(), plan: { .contract }),
                access: access,
                plans: try CurrentPlan(dataDirectory: folder + "/data", access: access),
                webDirectory: folder + "/web",
                assetsDirectory: folder + "/assets",
                logger: Logger(label: "console-tests"),
                threads: .singleton
            )
        }
        #expect(error.description.contains(name.split(separator: "/").last ?? ""))
    }
}
