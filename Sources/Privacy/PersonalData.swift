package import EventStore
package import Journal

/// Everything that is held about one person, as a file to hand over.
///
/// One JSON object for each thing, in this order: `about`, `event`s, `refused` reports that mention the person,
/// `sequence` numbers of reports, what stands in the journal and is not in the store yet (`waiting`, `waiting_refused`),
/// `export`s that may hold some of it, `erasure`s, and `end` with the counts: where that is missing the file is not
/// whole. A page at a time is in memory (``PersonalPages``). What is loaded while it is written may stand in it twice,
/// never not at all.
package struct PersonalData: Sendable {
    let directory: PrivacyDirectory
    let journal: Journal
    let loaded: LoadedMark
    let store: any EventStore
    let version: String
    let nowSeconds: @Sendable () -> Int64

    /// How the objects are put together.
    package enum Format: String, Sendable, CaseIterable {
        /// One a line.
        case jsonl
        /// An array.
        case json

        var opening: String { self == .json ? "[" : "" }
        var separator: String { self == .json ? ",\n" : "\n" }
        var closing: String { self == .json ? "]\n" : "\n" }
    }

    package init(
        directory: PrivacyDirectory,
        journal: Journal,
        loaded: LoadedMark,
        store: any EventStore,
        version: String,
        nowSeconds: @escaping @Sendable () -> Int64
    ) {
        self.directory = directory
        self.journal = journal
        self.loaded = loaded
        self.store = store
        self.version = version
        self.nowSeconds = nowSeconds
    }

    /// The file, piece by piece.
    package func pages(of person: Person, as format: Format) -> PersonalPages {
        PersonalPages(source: self, person: person, format: format)
    }
}
