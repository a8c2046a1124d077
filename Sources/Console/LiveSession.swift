import Hummingbird
import Insights
import Live
import NIOCore

/// One client that looks on: from the first line to the last. Ends with the client, the server, or the client's right
/// to look.
struct LiveSession: Sendable {
    let source: LiveSource
    let listener: LiveListener
    let isStillAdmitted: @Sendable () -> Bool
    let nowSeconds: @Sendable () -> Int64

    /// How soon a report is shown. Fewer, larger writes are what a browser likes.
    private static let pause = Duration.milliseconds(100)
    /// The same while there is more already: 10 MB/s of the journal for one listener, and the intake stays ahead.
    private static let pauseBehind = Duration.milliseconds(25)
    private static let keepAliveSeconds = 15

    /// - Throws: where the client has gone.
    @concurrent func run(_ writer: inout any ResponseBodyWriter) async throws {
        let clock = ContinuousClock()
        var totals = source.totals()
        var toldAt = clock.now
        var keptAliveAt = clock.now
        var dropped = 0
        // At once, so that a client and all that stands between see the stream begin; EventSource waits so long
        // before it connects again.
        try await writer.write(ByteBuffer(string: ": keep-alive\nretry: 2000\n\n"))
        while true {
            if source.feed.isEnded { return try await end("the server is stopping", &writer) }
            let batch: LiveListener.Batch
            do {
                batch = try await listener.next()
            } catch {
                return try await end("the journal cannot be read", &writer)
            }
            dropped += batch.missed
            var text = ByteBuffer()
            if batch.hasGap { Self.write("gap", data: Array("{}".utf8), to: &text) }
            for event in batch.events { Self.write(event.name, id: event.id, data: event.data, to: &text) }
            let now = clock.now
            if now - toldAt >= .seconds(1) {
                guard isStillAdmitted() else { return try await end("the token or the session has ended", &writer) }
                let fresh = source.totals()
                let told = fresh.told(
                    since: totals,
                    seconds: (now - toldAt) / .seconds(1),
                    dropped: dropped,
                    nowSeconds: nowSeconds()
                )
                Self.write("counters", data: told.encoded(), to: &text)
                (totals, toldAt) = (fresh, now)
            }
            if now - keptAliveAt >= .seconds(Self.keepAliveSeconds) {
                text.writeString(": keep-alive\n\n")
                keptAliveAt = now
            }
            // Waits until the client has taken it: whoever reads slowly is behind, and nothing piles up here.
            if text.readableBytes > 0 { try await writer.write(text) }
            try await Task.sleep(for: batch.isBehind ? Self.pauseBehind : Self.pause)
        }
    }

    @concurrent private func end(_ reason: String, _ writer: inout any ResponseBodyWriter) async throws {
        var text = ByteBuffer()
        let data: JSONValue = ["reason": .string(reason)]
        Self.write("end", data: data.encoded(), to: &text)
        try await writer.write(text)
    }

    /// `data` has no line breaks: JSON escapes them.
    private static func write(_ name: String, id: UInt64? = nil, data: [UInt8], to text: inout ByteBuffer) {
        if let id { text.writeString("id: \(id)\n") }
        text.writeString("event: \(name)\ndata: ")
        text.writeBytes(data)
        text.writeString("\n\n")
    }
}
