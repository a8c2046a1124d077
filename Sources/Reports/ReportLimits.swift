/// The contract's bounds on one report; source: INTERFACE section 1.
package enum ReportLimits {
    /// Of a client's own name for a report.
    package static let keyBytes = 128
    /// Of a client's name for itself, in `X-Footprint-Sequence`.
    package static let installBytes = 64
    package static let items = 1_000
    package static let idBytes = 128
    package static let traceBytes = 128
    /// The report object itself is level 1.
    package static let nestingDepth = 32
    /// 2015-01-01T00:00:00Z, Unix seconds: earlier event times are a client's mistake (milliseconds, a dead clock).
    package static let firstEventTime: Int64 = 1_420_070_400
    /// How far ahead of the server a client's clock may be.
    package static let futureSeconds: Int64 = 24 * 3600
    /// Last second that the store's 32-bit times hold: 2106-02-07T06:28:15Z.
    package static let lastEventTime = Int64(UInt32.max)
    /// Largest `duration`, seconds: what a signed 64-bit integer holds.
    package static let duration = UInt64(Int64.max)
}
