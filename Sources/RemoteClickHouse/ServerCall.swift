internal import AsyncHTTPClient
internal import EventStore
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// One statement as it goes to a server: the text, the settings it runs under, and the rows that it inserts.
struct ServerCall: Sendable {
    var statement: String
    var settings: [(String, String)] = []
    /// Packed by gzip where ``isPacked``; nil: the statement is the body.
    var rows: [UInt8]?
    var isPacked = false
    var timeoutSeconds: Int = 30

    /// Why there is no answer.
    enum Failure: Error {
        /// Nothing was asked: another server may be.
        case notReached(String)
        /// It was asked, and what became of it is not known.
        case brokeOff(String)
        case answered(EngineFailure)
    }
}

/// Speaks ClickHouse's HTTP interface, with the address's user and password.
struct ServerConnector: Sendable {
    private let client: HTTPClient
    private let address: StoreAddress

    /// More than this is no answer to a question.
    private static let answerLimitBytes = 1 << 30

    init(_ address: StoreAddress) throws(StoreError) {
        self.address = address
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(3)
        // Which server is asked next, and when, is for ``Servers`` to say.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 16
        // Servers close what is idle after three seconds at the earliest: a statement sent then would break off.
        configuration.connectionPool.idleTimeout = .seconds(2)
        configuration.httpVersion = .http1Only
        if address.isEncrypted {
            var tls = TLSConfiguration.makeClientConfiguration()
            if let path = address.authorities {
                let certificates = (try? NIOSSLCertificate.fromPEMFile(path)) ?? []
                guard !certificates.isEmpty else {
                    throw .misconfigured("the store's address: ca=\(path) cannot be read, or holds no PEM certificate")
                }
                tls.trustRoots = .certificates(certificates)
            }
            configuration.tlsConfiguration = tls
        }
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    func shutdown() async {
        try? await client.shutdown()
    }

    /// Whether the server answers at all.
    func ping(_ host: StoreAddress.Host) async -> Bool {
        let response = try? await client.execute(HTTPClientRequest(url: url(host, "/ping")), timeout: .seconds(3))
        guard let response else { return false }
        _ = try? await response.body.collect(upTo: 1_024)
        return response.status == .ok
    }

    /// The answer's bytes, whole.
    func send(_ call: ServerCall, to host: StoreAddress.Host) async throws(ServerCall.Failure) -> [UInt8] {
        // The answer comes when the statement is done, so that its status tells how it went.
        var settings = call.settings + [("wait_end_of_query", "1"), ("default_format", "Native")]
        if call.rows != nil { settings.append(("query", call.statement)) }
        let query = settings.map { "\($0.0)=\(Self.escaped($0.1))" }.joined(separator: "&")
        var request = HTTPClientRequest(url: url(host, "/?\(query)"))
        request.method = .POST
        request.headers.add(name: "X-ClickHouse-User", value: address.user)
        if !address.password.isEmpty { request.headers.add(name: "X-ClickHouse-Key", value: address.password) }
        if call.rows != nil, call.isPacked { request.headers.add(name: "Content-Encoding", value: "gzip") }
        request.body = .bytes(ByteBuffer(bytes: call.rows ?? Array(call.statement.utf8)))
        let response: HTTPClientResponse
        let body: [UInt8]
        do {
            response = try await client.execute(request, timeout: .seconds(Int64(call.timeoutSeconds + 5)))
            body = Array(try await response.body.collect(upTo: Self.answerLimitBytes).readableBytesView)
        } catch {
            throw Self.failure(error)
        }
        guard response.status == .ok else {
            let text = String(decoding: body.prefix(4_096), as: UTF8.self)
            var failure = EngineFailure(text.isEmpty ? "HTTP \(response.status.code)" : text)
            if failure.code == nil {
                failure.code = response.headers.first(name: "X-ClickHouse-Exception-Code").flatMap { Int($0) }
            }
            // A proxy that has no server behind it, or a server that is going down.
            if failure.code == nil, response.status.code >= 500 { throw .brokeOff(failure.message) }
            throw .answered(failure)
        }
        return body
    }

    private static func failure(_ error: any Error) -> ServerCall.Failure {
        switch error {
        case let error as HTTPClientError:
            switch error {
            case .connectTimeout: .notReached("it does not answer")
            case .deadlineExceeded, .readTimeout: .brokeOff("it did not answer in time")
            case .cancelled: .brokeOff("the question was cancelled")
            case .remoteConnectionClosed: .brokeOff("it closed the connection")
            default: .brokeOff("\(error)")
            }
        case let error as NIOConnectionError:
            .notReached(error.connectionErrors.first.map { sentence($0.error) } ?? "its name is not known")
        case is CancellationError: .brokeOff("the question was cancelled")
        case let error as NIOSSLError: .notReached("no TLS with it: \(error)")
        default: .brokeOff(sentence(error))
        }
    }

    private static func sentence(_ error: any Error) -> String {
        guard let error = error as? IOError else { return "\(error)" }
        return String(cString: strerror(error.errnoCode))
    }

    private func url(_ host: StoreAddress.Host, _ path: String) -> String {
        "\(address.isEncrypted ? "https" : "http")://\(host)\(path)"
    }

    /// Everything but RFC 3986's unreserved characters as %XX.
    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    )
}
