/// How the front door behaves.
package struct CollectorSettings: Sendable {
    package var corsOrigins = ["*"]
    /// Proxies whose word about their clients is believed.
    package var trustedProxies: [AddressRange] = []
    package var limits = CollectorLimits()
    /// How much of a client's address is kept with its reports.
    package var storedAddress = StoredAddress.none

    package init() {}
}

/// What may change while the front door runs. Times in seconds, sizes in bytes.
package struct CollectorLimits: Sendable, Equatable {
    package var bodyLimitBytes = 1 << 20
    package var headerTimeoutSeconds = 10
    package var bodyTimeoutSeconds = 30
    package var idleTimeoutSeconds = 120
    package var connectionLimit = 20_000
    /// Bytes of requests that have not come whole, over which new ones are answered 1005.
    package var bufferLimitBytes = 256 << 20
    /// Reports a second that one app may send; 0 is no limit.
    package var appReportsPerSecond = 0
    /// Reports a second that one client address may send, whatever its apps; 0 is no limit.
    package var addressReportsPerSecond = 0

    package init() {}

    /// Largest body of a request that is no report, from a client that has shown no good token.
    static let strangersBodyBytes = 16 << 10

    /// Requests of clients that have shown no good token may fill half of the room: they must keep no report out.
    func bufferLimitBytes(mayUseAll: Bool) -> Int {
        mayUseAll ? bufferLimitBytes : bufferLimitBytes / 2
    }
}
