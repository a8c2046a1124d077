package import Insights

/// How much came since the server's start.
package struct LiveTotals: Sendable, Equatable {
    /// Reports that were stored, and the events in them.
    package var accepted: UInt64
    package var events: UInt64
    /// Reports that were refused for what they say.
    package var rejected: UInt64
    /// Events that had been reported before.
    package var repeated: UInt64
    /// Bytes of the journal that are not in the store yet.
    package var lagBytes: UInt64

    package init(accepted: UInt64, events: UInt64, rejected: UInt64, repeated: UInt64, lagBytes: UInt64) {
        self.accepted = accepted
        self.events = events
        self.rejected = rejected
        self.repeated = repeated
        self.lagBytes = lagBytes
    }

    /// As a listener is told it, once a second.
    ///
    /// - Parameters:
    ///   - former: the totals `seconds` ago.
    ///   - dropped: reports that this listener missed, since it began.
    package func told(
        since former: LiveTotals,
        seconds: Double,
        dropped: Int,
        nowSeconds: Int64
    ) -> JSONValue {
        func rate(_ path: KeyPath<LiveTotals, UInt64>) -> JSONValue {
            let grown = Double(self[keyPath: path] &- former[keyPath: path])
            return .double((grown / max(seconds, 0.001) * 10).rounded() / 10)
        }
        return [
            "time": .int(nowSeconds), "accepted": .uint(accepted), "events": .uint(events),
            "rejected": .uint(rejected), "repeated": .uint(repeated), "lag_bytes": .uint(lagBytes),
            "dropped": .int(Int64(dropped)),
            "per_second": [
                "accepted": rate(\.accepted), "events": rate(\.events), "rejected": rate(\.rejected),
                "repeated": rate(\.repeated),
            ],
        ]
    }
}
