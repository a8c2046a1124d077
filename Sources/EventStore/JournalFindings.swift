/// What the journal that is still kept holds of one id, oldest first.
package struct JournalFindings: Sendable {
    /// Every event of each report that carries the id; those of one stretch of the journal together.
    package var events: [EventBatch] = []
    /// Refused reports that mention it, without their bodies.
    package var refused: [RefusedBatch] = []
    /// Where loading had got to when the search began: what stands before is in the store.
    package var loadedToSegment: UInt64
    package var loadedToOffset: UInt64
    /// Of what is not in the store yet, what was not read either: there is more than one search may read.
    package var unreadBytes: UInt64 = 0

    package init(loadedToSegment: UInt64, loadedToOffset: UInt64) {
        self.loadedToSegment = loadedToSegment
        self.loadedToOffset = loadedToOffset
    }

    /// Whether what stands there is in the store.
    package func isLoaded(segment: UInt64, offset: UInt64) -> Bool {
        (segment, offset) < (loadedToSegment, loadedToOffset)
    }
}
