/// How the front door behaves. Times in seconds, sizes in bytes.
package struct CollectorSettings: Sendable {
    package var bodyLimitBytes = 1 << 20
    package var corsOrigins = ["*"]
    package var headerTimeoutSeconds = 10
    package var bodyTimeoutSeconds = 30
    package var idleTimeoutSeconds = 120
    package var connectionLimit = 20_000
    /// Bytes of requests that have not come whole, over which new ones are answered 1005.
    package var bufferLimitBytes = 256 << 20

    package init() {}
}
