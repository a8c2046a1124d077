import Foundation
import Testing

/// The API by its own description, `/openapi.json`, on a server that runs.
@Suite("The API's description", .serialized, .runningServer())
enum Description {
    /// What `/openapi.json` says.
    static func document(_ server: Footprint) throws -> JSON {
        let answer = try server.ask(.get("/openapi.json"))
        #expect(answer.status == 200)
        #expect(answer["Content-Type"] == "application/json; charset=utf-8")
        return try JSON.parse(answer.body)
    }

    @Suite("Addresses")
    struct Addresses {
        private static let methods = ["get", "post", "put", "patch", "delete", "options"]

        @Test("the server answers every address and method that it names, and no other method of those addresses")
        func everyAddress() throws {
            let server = try RunningServer.current
            let paths = try #require(try Description.document(server)["paths"]?.object)
            #expect(paths.count > 25)
            for (path, item) in paths {
                let named = Set(try #require(item.object).keys)
                for method in Self.methods {
                    let answer = try ask(method, path, server)
                    guard named.contains(method) else {
                        #expect(answer.status == 405, "\(method) \(path): \(answer)")
                        #expect(answer["Allow"] != nil, "\(method) \(path)")
                        continue
                    }
                    #expect(answer.status != 405, "\(method) \(path): \(answer)")
                    // What is not there by that id is told with a detail; an unknown address has none.
                    #expect(answer.status != 404 || answer.detail != nil, "\(method) \(path): \(answer)")
                }
            }
        }

        private func ask(_ method: String, _ path: String, _ server: Footprint) throws -> HTTPAnswer {
            var request = HTTPRequest.get(
                path.replacing(/\{\w+\}/, with: "none"),
                authorization: server.installation.adminToken
            )
            // What it streams has no end: it is asked for something that it has not.
            if path == "/api/v1/live" { request.target += "?kind=none" }
            request.method = method.uppercased()
            request.headers.append(("Content-Type", "application/json"))
            request.body = Array("{}".utf8)
            request.hasLength = true
            return try server.ask(request)
        }

        @Test("it can be read without a token, and kept until it changes")
        func open() throws {
            let server = try RunningServer.current
            let first = try server.ask(.get("/openapi.json"))
            let tag = try #require(first["ETag"])
            #expect(try server.ask(.get("/openapi.json").with("If-None-Match", tag)).status == 304)
            #expect(try server.ask(.get("/docs")).status == 200)
        }
    }
}
