import Foundation

/// The machine's clock, for what is not given another one.
package enum WallClock {
    /// Unix seconds.
    @Sendable package static func seconds() -> Int64 {
        Int64(Date().timeIntervalSince1970)
    }
}
