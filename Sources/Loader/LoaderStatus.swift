package import Journal

/// How loading goes: for readiness, metrics and the console.
package struct LoaderStatus: Sendable, Equatable {
    /// Everything before is in the store.
    package var loadedTo = JournalPosition.start
    /// When the newest of what was loaded since the start had arrived, Unix seconds; 0: nothing was.
    package var loadedUntilSeconds: Int64 = 0
    package var eventsLoaded: UInt64 = 0
    package var rangesLoaded: UInt64 = 0
    /// Events that had been reported before, and were not counted again.
    package var repeats: UInt64 = 0
    /// Refused reports loaded into the quarantine.
    package var refused: UInt64 = 0
    /// Records that could not be read: they stay in the journal.
    package var unreadableRecords: UInt64 = 0
    /// Places of the journal that are damaged.
    package var damagedPlaces: UInt64 = 0
    /// Why the last attempt failed; nil while loading works.
    package var trouble: String?

    package init() {}
}
