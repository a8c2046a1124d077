package import AsyncHTTPClient
import NIOCore

extension HTTPClient.Configuration {
    /// An HTTP client's settings for reporting. Its own retries are off: the back-off that callers were promised is the
    /// only one.
    package static func reporting(connections: Int) -> Self {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10))
        )
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        return configuration
    }
}
