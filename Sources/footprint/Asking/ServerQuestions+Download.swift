import AsyncHTTPClient
import NIOCore
import NIOHTTP1

extension ServerQuestions {
    /// A longer answer, as it comes: nothing of it is kept in memory.
    ///
    /// - Parameter write: is given the answer piece by piece; the server waits for it.
    func download(
        path: String,
        _ parameters: [(name: String, value: String)],
        to write: @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        var request = HTTPClientRequest(url: address(path, parameters))
        request.headers.add(name: "Authorization", value: adminToken)
        let asked = request
        do {
            try await HTTPClient.withHTTPClient(configuration: .init(tlsConfiguration: trust.tls)) { http in
                let response = try await http.execute(asked, timeout: .hours(24))
                guard response.status == .ok else {
                    let body = try await response.body.collect(upTo: 1 << 20)
                    throw refusal(Int(response.status.code), Array(body.readableBytesView))
                }
                for try await piece in response.body { try await write(Array(piece.readableBytesView)) }
            }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure.unable("\(url) broke off: \(error)")
        }
    }
}
