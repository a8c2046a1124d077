/// Groups events of the same head into reports, up to a bound, without looking into either.
///
/// Head and item are JSON as it came and leave as they came, digit for digit. `Tag` is whatever the caller wants back
/// with each event: a line number, an event of its own. The order in which events of different heads leave is not the
/// order in which they came; within a head it is.
package struct ReportBuilder<Tag: Sendable>: Sendable {
    package struct Limits: Sendable {
        /// Events in one report; the contract allows 1,000.
        package var items = 1_000
        /// Bytes of one report; the contract allows 1 MiB.
        package var reportBytes = 1 << 20
        /// Bytes of all unfinished reports together, over which all of them leave.
        package var pendingBytes = 16 << 20

        package init(items: Int = 1_000) {
            self.items = items
        }
    }

    private let limits: Limits
    private var groups: [BuiltReport<Tag>] = []
    private var places: [[UInt8]: Int] = [:]
    private var pendingBytes = 0
    /// Events that wait in unfinished reports.
    package private(set) var pendingItems = 0

    package init(_ limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Takes one event; returns the reports that are finished by it, mostly none.
    package mutating func add(head: [UInt8], item: [UInt8], tag: Tag) -> [BuiltReport<Tag>] {
        var finished: [BuiltReport<Tag>] = []
        var place: Int
        if let known = places[head] {
            place = known
            if groups[place].sizeBytes + item.count + 1 > limits.reportBytes {
                finished.append(take(place))
            }
        } else {
            place = groups.count
            groups.append(BuiltReport(head: head))
            places[head] = place
            pendingBytes += groups[place].sizeBytes
        }
        let before = groups[place].sizeBytes
        groups[place].append(item, tag: tag)
        pendingBytes += groups[place].sizeBytes - before
        pendingItems += 1
        if groups[place].tags.count >= limits.items {
            finished.append(take(place))
        }
        if pendingBytes > limits.pendingBytes {
            finished += drain()
        }
        return finished
    }

    /// Takes everything that waits.
    package mutating func drain() -> [BuiltReport<Tag>] {
        defer {
            groups.removeAll(keepingCapacity: true)
            places.removeAll(keepingCapacity: true)
            pendingBytes = 0
            pendingItems = 0
        }
        return groups.filter { !$0.tags.isEmpty }
    }

    /// Takes a group's events out and leaves the group, which the next event of its head will need.
    private mutating func take(_ place: Int) -> BuiltReport<Tag> {
        let report = groups[place]
        groups[place] = report.emptied
        pendingBytes += groups[place].sizeBytes - report.sizeBytes
        pendingItems -= report.tags.count
        return report
    }
}

/// Events of one head on their way into one report.
package struct BuiltReport<Tag: Sendable>: Sendable {
    /// `{"head":…,"items":[` and the items, comma-separated.
    private var open: [UInt8]
    private let prefixBytes: Int
    private var itemEnds: [Int] = []
    package private(set) var tags: [Tag] = []
    /// Every item carries a `trace_id`, as far as their bytes tell: without one the server cannot know it again.
    package private(set) var isTraced = true

    fileprivate init(head: [UInt8]) {
        open = Array(#"{"head":"#.utf8) + head + Array(#","items":["#.utf8)
        prefixBytes = open.count
    }

    package var sizeBytes: Int { open.count + Self.closing.count }

    /// The report as JSON.
    package var body: [UInt8] { open + Self.closing }

    fileprivate mutating func append(_ item: [UInt8], tag: Tag) {
        if !tags.isEmpty { open.append(UInt8(ascii: ",")) }
        if isTraced { isTraced = TraceMark.stands(in: item) }
        open += item
        itemEnds.append(open.count)
        tags.append(tag)
    }

    fileprivate var emptied: Self { part(0..<0) }

    /// The same head with some of the events.
    private func part(_ range: Range<Int>) -> Self {
        var part = self
        let start = range.lowerBound == 0 ? prefixBytes : itemEnds[range.lowerBound - 1] + 1
        part.open = Array(open[..<prefixBytes])
        if range.isEmpty { part.isTraced = true }
        part.itemEnds = []
        part.tags = Array(tags[range])
        guard !range.isEmpty else { return part }
        part.open += open[start..<itemEnds[range.upperBound - 1]]
        // A part of a report that is not traced may be; taken for one that is not, it is given a name, which does no harm.
        part.itemEnds = itemEnds[range].map { $0 - start + prefixBytes }
        return part
    }

    /// Two reports with half of the events each, for finding the one that the server refuses: 500 events with one bad
    /// among them take 18 more requests, not 500. nil where there is one event only.
    package var halves: (Self, Self)? {
        guard tags.count > 1 else { return nil }
        let middle = tags.count / 2
        return (part(0..<middle), part(middle..<tags.count))
    }

    private static var closing: [UInt8] { Array("]}".utf8) }
}
