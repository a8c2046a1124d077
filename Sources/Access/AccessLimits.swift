/// Bounds on what `DATA/access` holds and on what callers may ask for.
package enum AccessLimits {
    /// A token of ours takes about 280 bytes; longer ones are refused before anything else is done.
    package static let tokenBytes = 1024
    /// How long a token may live: 1 second to 3,650 days.
    package static let tokenLifetimeSeconds: ClosedRange<Int64> = 1...(3_650 * 86_400)
    /// Of an app, and of whom a token is for.
    package static let nameBytes = 1...100
    package static let apps = 10_000
    /// Signing keys, the active one included. A key is forgotten once every token it signed has expired.
    package static let keys = 1_000
    /// Revoked tokens that have not expired: about 60 bytes each in the file.
    package static let revokedTokens = 100_000
    /// Removed apps that are remembered, so that a second removal can say so. The oldest give way.
    package static let removedApps = 1_000
    /// Issued tokens that are listed, the newest.
    package static let listedTokens = 10_000
    /// How long past its end something is kept before it is forgotten. A clock that ran ahead by less than this
    /// cannot make a revoked token good again by being set right.
    package static let graceSeconds: Int64 = 86_400
    /// A file in `DATA/access` larger than this is not read: it is not ours.
    static let fileBytes = 64 << 20
    /// How long a change waits for another process's change.
    package static let lockWaitNanoseconds: UInt64 = 30_000_000_000
    /// A token that names an unknown key or app makes us look at the files, at most this often (100 a second), so
    /// that forged tokens cannot keep the disk busy.
    static let lookIntervalNanoseconds: UInt64 = 10_000_000
}
