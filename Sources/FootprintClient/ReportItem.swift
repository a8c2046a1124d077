/// One event. A field left nil is absent, which is not zero: it is stored and reported as absent.
public struct ReportItem: Sendable, Hashable {
    /// When it happened, Unix seconds. The server's receive time stands in where it is nil, so give it whenever events
    /// wait in a queue.
    public var eventTime: Int64?
    /// 1 H5, 2 mini-program.
    public var channel: UInt32?
    /// 10000 visit an H5 page, 11000 visit a mini-program page.
    public var operateID: UInt32?
    public var pageID: UInt32?
    /// Position on the page.
    public var posID: UInt32?
    /// The page the user came from.
    public var prevID: UInt32?
    /// Tracking mark, the same through one operation; at most 128 bytes.
    ///
    /// Give one to every event: a report whose items all carry it may be sent twice and counts once, which is what
    /// makes a retry after a lost answer harmless.
    public var traceID: String?
    /// Time stayed, seconds.
    public var durationSeconds: UInt64?

    public init(
        eventTime: Int64? = nil,
        channel: UInt32? = nil,
        operateID: UInt32? = nil,
        pageID: UInt32? = nil,
        posID: UInt32? = nil,
        prevID: UInt32? = nil,
        traceID: String? = nil,
        durationSeconds: UInt64? = nil
    ) {
        self.eventTime = eventTime
        self.channel = channel
        self.operateID = operateID
        self.pageID = pageID
        self.posID = posID
        self.prevID = prevID
        self.traceID = traceID
        self.durationSeconds = durationSeconds
    }
}
