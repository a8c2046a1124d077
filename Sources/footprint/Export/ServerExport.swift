import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// An export by a server that runs.
struct ServerExport {
    let server: ServerQuestions
    let parameters: [(name: String, value: String)]

    func run(_ tally: ExportTally, into file: ExportFile) async throws {
        do {
            try await server.stream("export", parameters) { response in
                tally.expect(rows: response.headers.first(name: "X-Footprint-Rows").flatMap { Int($0) } ?? 0)
                for try await block in response.body {
                    try block.withUnsafeReadableBytes { bytes in
                        tally.count(bytes)
                        try file.write(bytes)
                    }
                }
            }
        } catch let broken as StreamBroken {
            throw CommandFailure.unable("\(broken); no file was made")
        }
    }
}
