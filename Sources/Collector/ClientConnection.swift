/// What serves a client's socket: an HTTP/1 connection or an HTTP/2 one. On its loop's thread only.
protocol ClientConnection: AnyObject {
    /// Its place in the intake's list.
    var index: Int? { get set }

    // The socket's events.
    func received(_ bytes: UnsafeRawBufferPointer)
    /// The client sends no more; it may still read.
    func inputClosed()
    func becameWritable()
    /// The last call.
    func socketClosed()

    /// Ends once what was taken is answered.
    func drain()
    func closeNow()
    /// About once a second.
    func checkTimeouts()
}

/// Who waits for the answer to a report that is on its way to the disk. On its loop's thread only.
protocol ReportSender: AnyObject {
    /// The oldest report that waits became durable, or could not.
    func reportEnded(isStored: Bool)
    /// Sends what was answered.
    func flushAnswers()
}
