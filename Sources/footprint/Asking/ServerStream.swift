import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// An answer that is taken as it comes, however long it is.
extension ServerQuestions {
    /// - Parameters:
    ///   - path: below `/api/v1/`.
    ///   - body: is given the answer's head and its bytes, once the server has said yes.
    func stream<Result: Sendable>(
        _ path: String,
        _ parameters: [(name: String, value: String)],
        headers: [(name: String, value: String)] = [],
        _ body: @escaping @Sendable (HTTPClientResponse) async throws -> Result
    ) async throws -> Result {
        var request = HTTPClientRequest(url: address(path, parameters))
        request.headers.add(name: "Authorization", value: adminToken)
        for header in headers { request.headers.add(name: header.name, value: header.value) }
        let asked = request
        do {
            return try await HTTPClient.withHTTPClient(configuration: .init(tlsConfiguration: trust.tls)) { http in
                let response = try await http.execute(asked, deadline: .distantFuture)
                guard response.status == .ok else {
                    let refused = try await response.body.collect(upTo: Self.refusalLimitBytes)
                    throw refusal(Int(response.status.code), Array(refused.readableBytesView))
                }
                return try await body(response)
            }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw StreamBroken(reason: "\(url): \(error)")
        }
    }

    private static var refusalLimitBytes: Int { 64 << 10 }
}

/// The server could not be reached, or has gone in the middle.
struct StreamBroken: Error, CustomStringConvertible {
    let reason: String

    var description: String { "lost \(reason)" }
}
