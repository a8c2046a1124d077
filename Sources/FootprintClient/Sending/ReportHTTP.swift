package import AsyncHTTPClient
import NIOCore
package import NIOSSL

extension HTTPClient.Configuration {
    /// An HTTP client's settings for reporting. Its own retries are off: the back-off that callers were promised is the
    /// only one.
    package static func reporting(connections: Int, tls: TLSConfiguration? = nil) -> Self {
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls,
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10))
        )
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        return configuration
    }
}
