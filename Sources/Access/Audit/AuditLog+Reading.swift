extension AuditLog {
    private static let chunkBytes = 64 << 10

    /// The newest entries that `filter` admits, at most `limit` of them.
    package func page(matching filter: AuditFilter, limit: Int) throws(AccessError) -> AuditPage {
        var page = AuditPage()
        try eachNewestFirst { line in
            guard let line else {
                page.unreadableLines += 1
                return true
            }
            guard filter.admits(line) else { return true }
            guard page.entries.count < limit else {
                page.nextBefore = page.entries.last?.sequence
                return false
            }
            guard let entry = line.entry else {
                page.unreadableLines += 1
                return true
            }
            page.entries.append(entry)
            return true
        }
        return page
    }

    /// Hands out every whole line, the last one first, until `body` says false; nil stands for a line that is none of
    /// ours. Holds 64 KiB of the file at a time.
    func eachNewestFirst(_ body: (AuditLine?) -> Bool) throws(AccessError) {
        guard try FileStamp.of(path) != nil else { return }
        let file = try SystemFile(path, .read)
        var startBytes = try file.stamp().sizeBytes
        // The end of a line that begins further up.
        var rest: [UInt8] = []
        // What follows the last line feed is being written, or was left by a crash.
        var isTail = true
        while startBytes > 0 {
            let count = min(Self.chunkBytes, startBytes)
            startBytes -= count
            let bytes = try file.read(from: startBytes, count: count)
            // Shortened while we read, by an entry that could not be written.
            guard bytes.count == count else { return }
            var above = (bytes + rest)[...]
            while let end = above.lastIndex(of: lineFeed) {
                if !isTail, !body(AuditLine(above[(end + 1)...])) { return }
                isTail = false
                above = above[..<end]
            }
            // Nothing of ours is that long: what is kept of it will be no line.
            rest = Array(above.suffix(2 * AuditLine.sizeBytes))
        }
        if !isTail { _ = body(AuditLine(rest[...])) }
    }
}
