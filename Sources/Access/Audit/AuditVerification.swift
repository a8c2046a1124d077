/// What reading the whole audit log found.
package struct AuditVerification: Sendable, Equatable {
    /// Lines that are whole and fit their chain, up to the first that does not.
    package var entries = 0
    /// The number and the chain of the last of them: kept elsewhere, they show later whether lines were cut off.
    package var lastSequence: Int64 = 0
    package var lastChain = AuditChain.start.text
    /// Bytes of a last line that a crash cut short; ordinary.
    package var tornBytes = 0
    /// The first line that is not as it was written.
    package var broken: Broken?

    /// Where the log is broken.
    package struct Broken: Sendable, Equatable {
        /// 1 is the file's first.
        package var line: Int
        package var reason: String
    }
}

extension AuditLog {
    private static let readBytes = 256 << 10

    /// Reads every line and checks that each is as it was written, and behind the one it was written behind.
    package func verify() throws(AccessError) -> AuditVerification {
        var check = ChainCheck()
        guard try FileStamp.of(path) != nil else { return check.found }
        let file = try SystemFile(path, .read)
        try file.stamp().checkPrivate(path)
        var offset = 0
        var rest: [UInt8] = []
        while true {
            let bytes = try file.read(from: offset, count: Self.readBytes)
            guard !bytes.isEmpty else { break }
            offset += bytes.count
            var below = (rest + bytes)[...]
            while let end = below.firstIndex(of: lineFeed) {
                guard check.takes(below[..<end]) else { return check.found }
                below = below[(end + 1)...]
            }
            rest = Array(below)
            guard rest.count <= AuditLine.sizeBytes else {
                _ = check.takes(rest[...])
                return check.found
            }
        }
        check.found.tornBytes = rest.count
        return check.found
    }

    private struct ChainCheck {
        var found = AuditVerification()
        private var chain = AuditChain.start

        /// False where the line is not the one that was written here.
        mutating func takes(_ line: ArraySlice<UInt8>) -> Bool {
            guard let read = AuditLine(line), let covered = AuditLine.covered(of: line), read.entry != nil else {
                return breaks("it is not an entry")
            }
            guard read.sequence == found.lastSequence + 1 else {
                return breaks("entry \(read.sequence) follows entry \(found.lastSequence)")
            }
            guard read.chain == chain.following(covered) else {
                return breaks("its chain does not fit: this line or one before it was changed")
            }
            chain = read.chain
            found.entries += 1
            found.lastSequence = read.sequence
            found.lastChain = chain.text
            return true
        }

        private mutating func breaks(_ reason: String) -> Bool {
            found.broken = AuditVerification.Broken(line: found.entries + 1, reason: reason)
            return false
        }
    }
}
