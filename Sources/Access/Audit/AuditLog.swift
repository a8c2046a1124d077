/// `DATA/access/audit.jsonl`: who changed what. One JSON object a line, oldest first, only ever appended to.
///
/// Promises:
/// - An entry is on stable storage before the change it tells of is made, so the log never lacks a change. A crash
///   between the two leaves an entry for a change that did not happen.
/// - Each line carries a SHA-256 over itself and all lines before it: one that was changed, taken out or put in is
///   found by ``verify()``. Lines cut off at the end are not, from this file alone: keep what `verify()` says elsewhere.
/// - What a crash leaves of a last line is dropped by the next entry, and an entry says so.
///
/// It grows by people's actions, some 250 bytes each. Reading takes no lock and a bounded memory.
package struct AuditLog: Sendable {
    let directory: AccessDirectory

    package var path: String { "\(directory.path)/audit.jsonl" }

    /// Writes an entry and returns once it is on stable storage; the folder's lock must be held.
    func append(_ event: AuditEvent, by actor: AuditActor) throws(AccessError) {
        let isNew = try FileStamp.of(path) == nil
        let file = try SystemFile(path, .readWrite)
        if isNew, let owner = try directory.inheritedOwner() { try file.setOwner(owner) }
        let stamp = try file.stamp()
        try stamp.checkPrivate(path)
        let tail = try Tail(of: file, sizeBytes: stamp.sizeBytes)
        var next = NextLine(sequence: tail.sequence + 1, chain: tail.chain, timeSeconds: directory.clock.unixSeconds())
        var bytes: [UInt8] = []
        if tail.tornBytes > 0 { bytes += next.spell(.repaired(droppedBytes: tail.tornBytes), by: .system) }
        bytes += next.spell(event, by: actor)
        do throws(AccessError) {
            try file.write(bytes, at: tail.endBytes)
            if tail.tornBytes > bytes.count { try file.truncate(to: tail.endBytes + bytes.count) }
            try file.sync()
        } catch {
            // The change it tells of will not be made, so the entry must not stay. Where even this fails, it is one
            // for a change that did not happen.
            try? file.truncate(to: tail.endBytes)
            throw error
        }
        if isNew { try syncDirectory(directory.path) }
    }

    /// Numbers and chains the lines of one append.
    private struct NextLine {
        var sequence: Int64
        var chain: AuditChain
        let timeSeconds: Int64

        mutating func spell(_ event: AuditEvent, by actor: AuditActor) -> [UInt8] {
            let entry = AuditEntry(
                sequence: sequence,
                // A clock before 1970 is broken; the form has no negative numbers.
                timeSeconds: max(0, timeSeconds),
                who: actor.who,
                address: actor.address,
                action: event.action.rawValue,
                target: event.target,
                detail: event.detail
            )
            let line = AuditLine.spell(entry, after: chain)
            (sequence, chain) = (sequence + 1, line.chain)
            return line.bytes + [lineFeed]
        }
    }

    /// Where the last whole line ends, and what it says.
    private struct Tail {
        var endBytes = 0
        var sequence: Int64 = 0
        var chain = AuditChain.start
        /// What a crash left behind the last whole line.
        var tornBytes = 0

        init(of file: borrowing SystemFile, sizeBytes: Int) throws(AccessError) {
            let start = max(0, sizeBytes - 2 * AuditLine.sizeBytes)
            let bytes = try file.read(from: start, count: sizeBytes - start)
            var rest = bytes[...]
            while let end = rest.lastIndex(of: lineFeed) {
                let begin = rest[..<end].lastIndex(of: lineFeed).map { $0 + 1 } ?? 0
                // A line that was not there from its first byte on, in a file of other lines, is longer than any.
                if begin > 0 || start == 0, let line = AuditLine(rest[begin..<end]) {
                    endBytes = start + end + 1
                    sequence = line.sequence
                    chain = line.chain
                    tornBytes = sizeBytes - endBytes
                    return
                }
                // A power cut may leave zeros where the file had grown and was not yet written.
                guard rest[begin..<end].contains(0), end == bytes.count - 1 else {
                    throw .auditBroken(file: file.path, line: nil, reason: "its last line is not one of ours")
                }
                rest = rest[..<begin]
            }
            guard start == 0 else {
                throw .auditBroken(file: file.path, line: nil, reason: "its last line is not one of ours")
            }
            tornBytes = sizeBytes
        }
    }
}

let lineFeed = UInt8(ascii: "\n")
